// The score sheet as it stands at a step.

import { SEATS } from '../../game/seats.ts';
import { texts } from '../language.ts';
import type { Board, Step } from './steps.ts';
import type { ReplayTexts } from './texts.ts';

export function Sheet({ board, step, say }: { board: Board; step: Step; say: ReplayTexts }) {
  return (
    <section class="card replay-sheet">
      <h2>{texts().scoreSheet}</h2>
      {board.sheet.length === 0 ? <p class="faint">{say.noScores}</p> : <Lines board={board} step={step} />}
    </section>
  );
}

function Lines({ board, step }: { board: Board; step: Step }) {
  return (
    <div class="scroll" role="region" aria-label={texts().scoreSheet} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{texts().roundColumn}</th>
            {SEATS.map((seat) => (
              <th key={seat} scope="col" class="number">
                {step.seats[seat].name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {board.sheet.map(({ round, multiplier, seats }) => (
            <tr key={round}>
              <th scope="row">
                {round}
                {multiplier > 1 && <span class="badge">×{multiplier}</span>}
              </th>
              {SEATS.map((seat) => {
                const [declared, captured, score] = seats[seat];
                return (
                  <td key={seat} class="number">
                    <strong>{signed(score)}</strong>{' '}
                    <span class="faint">
                      <span aria-hidden="true">
                        {captured}/{declared}
                      </span>
                      <span class="unseen">{texts().declaredTook(declared, captured)}</span>
                    </span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{texts().totalColumn}</th>
            {SEATS.map((seat) => (
              <td key={seat} class="number">
                <strong>{String(board.places[seat].total).replace('-', '−')}</strong>
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value).replace('-', '−');
}
