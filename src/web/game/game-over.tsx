// The end: who won, the final ranking, the score sheet, and another game at the same table.

import { texts } from '../language.ts';
import { RatingChange } from '../ranking/rating-change.tsx';
import { goToLobby } from '../route.ts';
import type { GameProps } from './game.tsx';
import { ScoreSheet } from './score-sheet.tsx';
import { namesAround, plain } from './who.ts';

export function GameOver({ view, me, act, state, room }: GameProps<'game_over'>) {
  const { winners, final_rankings, game_stats, score_sheet } = view.phase_data;
  const t = texts();
  const minutes = Math.max(1, Math.round(game_stats.game_duration / 60));
  return (
    <section class="card panel scores">
      <header>
        <h2 aria-live="polite">{titleFor(winners, me)}</h2>
      </header>
      {winners.length === 0 && <p>{view.reason}</p>}
      <ol class="results ranking" aria-label={t.rank}>
        {final_rankings.map((player) => (
          <li key={player.name} class={player.name === me ? 'own' : undefined}>
            <span class={player.rank === 1 && winners.length > 0 ? 'medal first' : 'medal'}>
              {player.rank}
            </span>
            <span>
              <strong class="name">{player.name}</strong>
              <span class="faint small block">
                {t.turnsWon} {player.turns_won} · {t.hits} {player.perfect_rounds}
              </span>
            </span>
            <span class="total">{plain(player.score)}</span>
          </li>
        ))}
      </ol>
      {me !== null && <RatingChange room={room} endedAt={game_stats.end_time} />}
      {me !== null && <Rematch view={view} act={act} />}
      {score_sheet.length > 0 && (
        <ScoreSheet rows={score_sheet} names={namesAround(view, state.room)} me={me} />
      )}
      <p class="faint">{t.gameLength(game_stats.total_rounds, minutes)}</p>
      <div class="row">
        <a class="button secondary" href={`/replay/${room}`}>
          {t.replay}
        </a>
        <button type="button" class="secondary" onClick={goToLobby}>
          {t.backToLobby}
        </button>
      </div>
    </section>
  );
}

/** The host may start the next game; the others are told whom they wait for. */
function Rematch({ view, act }: Pick<GameProps<'game_over'>, 'view' | 'act'>) {
  const t = texts();
  if (!view.allowed_actions.includes('start_game')) return <p role="status">{t.waitingForRematch}</p>;
  return (
    <div class="rematch">
      <button type="button" class="big" disabled={act === null} onClick={() => void act?.('start_game', {})}>
        {t.rematch}
      </button>
      <span class="faint small">{t.rematchHint}</span>
    </div>
  );
}

function titleFor(winners: readonly string[], me: string | null): string {
  const t = texts();
  if (winners.length === 0) return t.noWinner;
  if (me === null || !winners.includes(me)) return t.othersWon(winners);
  return winners.length === 1 ? t.youWon : t.youShareWin(winners);
}
