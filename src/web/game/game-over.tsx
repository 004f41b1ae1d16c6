// The end: who won, and the final ranking.

import { goToLobby } from '../route.ts';
import type { GameProps } from './game.tsx';
import { Panel } from './panel.tsx';

export function GameOver({ view, me }: GameProps<'game_over'>) {
  const { winners, final_rankings, game_stats } = view.phase_data;
  return (
    <Panel title={titleFor(winners, me)}>
      {winners.length === 0 && <p>{view.reason}</p>}
      <div class="scroll" role="region" aria-label="Final ranking" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Rank</th>
              <th scope="col">Player</th>
              <th scope="col">Score</th>
              <th scope="col">Turns won</th>
              <th scope="col">Hits</th>
            </tr>
          </thead>
          <tbody>
            {final_rankings.map((player) => (
              <tr key={player.name} class={player.name === me ? 'own' : undefined}>
                <td>{player.rank}</td>
                <th scope="row">{player.name}</th>
                <td>
                  <strong>{player.score}</strong>
                </td>
                <td>{player.turns_won}</td>
                <td>{player.perfect_rounds}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="faint">
        {game_stats.total_rounds} rounds in {Math.max(1, Math.round(game_stats.game_duration / 60))} min
      </p>
      <button type="button" onClick={goToLobby}>
        Back to the lobby
      </button>
    </Panel>
  );
}

function titleFor(winners: readonly string[], me: string): string {
  if (winners.length === 0) return 'The game has ended without a winner';
  if (!winners.includes(me)) return `${winners.join(' and ')} won`;
  return winners.length === 1 ? 'You have won' : `You share the win: ${winners.join(' and ')}`;
}
