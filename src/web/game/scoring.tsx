// The scores of a round.

import type { GameProps } from './game.tsx';
import { Panel } from './panel.tsx';

export function Scoring({ view, me }: GameProps<'scoring'>) {
  const { round_scores, redeal_multiplier, game_complete } = view.phase_data;
  return (
    <Panel title={`Scores of round ${view.round}`}>
      <div class="scroll" role="region" aria-label="Scores of the round" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Player</th>
              <th scope="col">Declared</th>
              <th scope="col">Taken</th>
              <th scope="col">Points</th>
              {redeal_multiplier > 1 && <th scope="col">×{redeal_multiplier}</th>}
              <th scope="col">Total</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(round_scores).map(([name, score]) => (
              <tr key={name} class={name === me ? 'own' : undefined}>
                <th scope="row">{name}</th>
                <td>{score.declared}</td>
                <td>{score.actual}</td>
                <td>{signed(score.base_score)}</td>
                {redeal_multiplier > 1 && <td>{signed(score.final_score)}</td>}
                <td>
                  <strong>{score.total_score}</strong>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="faint">{game_complete ? 'That was the last round.' : 'The next round begins in a moment.'}</p>
    </Panel>
  );
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value).replace('-', '−');
}
