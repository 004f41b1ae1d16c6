// The leaderboard: the own rating and statistics, and the players who have most.

import { useEffect, useState } from 'preact/hooks';
import type { LeaderboardPage, OwnStatistics, PlayedGame } from '../../protocol/http.ts';
import { plain } from '../game/who.ts';
import { texts } from '../language.ts';
import { Page } from '../notices.tsx';
import { followLink } from '../route.ts';
import { fetchLeaderboard, fetchOwnStatistics } from './api.ts';
import { Change } from './rating-change.tsx';

/** What was asked for: not here yet, here, or not to be had. */
type Asked<T> = 'asked' | 'failed' | T;

export function Leaderboard() {
  const [own, setOwn] = useState<Asked<OwnStatistics>>('asked');
  useEffect(() => {
    void fetchOwnStatistics().then((answer) => setOwn(answer ?? 'failed'));
  }, []);
  const t = texts();
  return (
    <Page title={t.leaderboard}>
      <div class="leaderboard">
        {typeof own === 'object' && <Own own={own} />}
        <Ranking ownHandle={typeof own === 'object' ? own.handle : null} />
        <a class="button secondary" href="/" onClick={followLink}>
          {t.backToLobby}
        </a>
      </div>
    </Page>
  );
}

function Own({ own }: { own: OwnStatistics }) {
  const t = texts();
  const missing = own.ranked_after - own.rated_games;
  return (
    <section class="card stack" aria-labelledby="own-title">
      <h2 id="own-title">{t.yourGames}</h2>
      <dl class="figures">
        <Figure name={t.yourRating} value={own.rating} />
        <Figure name={t.games} value={own.games} />
        <Figure name={t.gamesWon} value={own.wins} />
        <Figure name={t.averageScore} value={own.average_score} />
        <Figure name={t.bestScore} value={own.best_score} />
        <Figure name={t.hits} value={own.perfect_rounds} note={t.ofRounds(own.rounds)} />
      </dl>
      {missing > 0 && <p class="faint">{t.rankedAfter(missing)}</p>}
      {own.recent.length > 0 && (
        <>
          <h3>{t.latestGames}</h3>
          <ul class="latest">
            {own.recent.map((game) => (
              <Played key={`${game.room_id} ${game.ended_at}`} game={game} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: number | null;
  readonly note?: string;
}

function Figure({ name, value, note }: FigureProps) {
  return (
    <div>
      <dt class="faint small">{name}</dt>
      <dd>
        <strong>{value === null ? '–' : plain(value)}</strong>
        {note !== undefined && <span class="faint small"> {note}</span>}
      </dd>
    </div>
  );
}

function Played({ game }: { game: PlayedGame }) {
  const t = texts();
  const when = new Date(game.ended_at * 1_000);
  return (
    <li>
      <span>
        {game.left ? t.gameLeft : t.placeAndScore(game.place, game.score)}
        <time class="faint small block" dateTime={when.toISOString()}>
          {when.toLocaleString(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' })}
        </time>
      </span>
      <Change change={game.rating_change} />
    </li>
  );
}

function Ranking({ ownHandle }: { ownHandle: string | null }) {
  const [pages, setPages] = useState<readonly LeaderboardPage[]>([]);
  const [state, setState] = useState<Asked<'here'>>('asked');
  const more = async (cursor: string | null): Promise<void> => {
    setState('asked');
    const page = await fetchLeaderboard(cursor);
    if (page !== null) setPages((before) => [...before, page]);
    setState(page === null ? 'failed' : 'here');
  };
  useEffect(() => void more(null), []);
  const t = texts();
  const players = pages.flatMap((page) => page.players);
  const next = pages.at(-1)?.next ?? null;
  return (
    <section class="card stack" aria-labelledby="ranking-title">
      <h2 id="ranking-title">{t.bestPlayers}</h2>
      {players.length > 0 && (
        <table class="ranking-table" aria-labelledby="ranking-title">
          <thead>
            <tr>
              <th scope="col">{t.rank}</th>
              <th scope="col">{t.player}</th>
              <th scope="col">{t.rating}</th>
              <th scope="col">{t.games}</th>
              <th scope="col" class="wide">
                {t.gamesWon}
              </th>
              <th scope="col" class="wide">
                {t.averageScore}
              </th>
            </tr>
          </thead>
          <tbody>
            {players.map((player) => (
              <tr key={player.handle} class={player.handle === ownHandle ? 'own' : undefined}>
                <td class="number">{player.place}</td>
                <th scope="row">
                  <span class="name">{player.name}</span>{' '}
                  <span class="faint small code">{player.handle}</span>
                  {player.handle === ownHandle && <span class="badge">{t.you}</span>}
                </th>
                <td class="number">
                  <strong>{player.rating}</strong>
                </td>
                <td class="number">{player.games}</td>
                <td class="number wide">{player.wins}</td>
                <td class="number wide">
                  {player.average_score === null ? '–' : plain(player.average_score)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div role="status">
        {state === 'asked' && <p class="faint">{t.lookingForPlayers}</p>}
        {state === 'failed' && <p>{t.noLeaderboard}</p>}
        {state === 'here' && players.length === 0 && <p>{t.nobodyRanked(pages[0]?.ranked_after ?? 0)}</p>}
      </div>
      {state !== 'asked' && (next !== null || state === 'failed') && (
        <button type="button" class="secondary" onClick={() => void more(next)}>
          {state === 'failed' ? t.tryAgain : t.more}
        </button>
      )}
    </section>
  );
}
