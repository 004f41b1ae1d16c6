// The score sheet: a line for each round, a column for each player, totals below.

import type { SheetRow } from '../../protocol/server-frames.ts';
import { texts } from '../language.ts';
import { plain } from './who.ts';
import { entryOf } from '../../protocol/by-name.ts';

interface ScoreSheetProps {
  readonly rows: readonly SheetRow[];
  /** Names in the order of the columns. */
  readonly names: readonly string[];
  readonly me: string | null;
}

export function ScoreSheet({ rows, names, me }: ScoreSheetProps) {
  const t = texts();
  return (
    <div class="scroll" role="region" aria-label={t.scoreSheet} tabIndex={0}>
      <table class="sheet">
        <caption>{t.scoreSheet}</caption>
        <thead>
          <tr>
            <th scope="col">{t.roundColumn}</th>
            {names.map((name) => (
              <th key={name} scope="col" class={name === me ? 'number own' : 'number'}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ round, multiplier, players }) => (
            <tr key={round}>
              <th scope="row">
                {round}
                {multiplier > 1 && <span class="faint"> ×{multiplier}</span>}
              </th>
              {names.map((name) => (
                <td key={name} class={name === me ? 'number own' : 'number'}>
                  <Cell entry={entryOf(players, name)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t.totalColumn}</th>
            {names.map((name) => (
              <td key={name} class={name === me ? 'number own' : 'number'}>
                <strong>
                  {plain(rows.reduce((sum, { players }) => sum + (entryOf(players, name)?.score ?? 0), 0))}
                </strong>
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Cell({ entry }: { entry: SheetRow['players'][string] | undefined }) {
  if (entry === undefined) return <span>–</span>;
  const { declared, actual, score } = entry;
  return (
    <>
      <span class={score > 0 ? 'gain' : 'loss'}>{signed(score)}</span>
      <span class="faint took" aria-hidden="true">
        {actual}/{declared}
      </span>
      <span class="unseen">{texts().declaredTook(declared, actual)}</span>
    </>
  );
}

/** A score with its sign. */
export function signed(value: number): string {
  return value > 0 ? `+${value}` : plain(value);
}
