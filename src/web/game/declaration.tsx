// Declaring: what the others have said, and the numbers open to oneself.

import type { ComponentChildren } from 'preact';
import { allowedDeclarations, PILES } from '../../game/declaring.ts';
import type { GameProps } from './game.tsx';
import { Panel } from './panel.tsx';

const NUMBERS = Array.from({ length: PILES + 1 }, (_, value) => value);

export function Declaration(props: GameProps<'declaration'> & { hand: ComponentChildren }) {
  const { view, me, state, hand } = props;
  const { declaration_order, declarations, declaration_total, current_declarer } = view.phase_data;
  const isMine = current_declarer === me;
  return (
    <Panel
      title={isMine ? 'How many piles will you take?' : `Waiting for ${current_declarer ?? 'the turns'}`}
      deadline={view.deadline}
      clockOffset={state.clockOffset}
    >
      <ol class="said">
        {declaration_order.map((name) => (
          <li key={name}>
            {name} <strong>{declarations[name] ?? '…'}</strong>
          </li>
        ))}
      </ol>
      <p class="faint">
        Declared so far: {declaration_total} of {PILES} piles.
      </p>
      {hand}
      {isMine && <Numbers {...props} />}
    </Panel>
  );
}

function Numbers({ view, me, client }: GameProps<'declaration'>) {
  const { declaration_order, declarations } = view.phase_data;
  const declared = declaration_order.flatMap((name) => declarations[name] ?? []);
  const zerosInARow = view.players[me]?.zero_declares_in_a_row ?? 0;
  const allowed = allowedDeclarations({ declared, zerosInARow });
  return (
    <>
      <div class="numbers" role="group" aria-label="Number of piles">
        {NUMBERS.map((value) => (
          <button
            key={value}
            type="button"
            class="secondary"
            disabled={!allowed.includes(value)}
            onClick={() => void client.send('declare', { value })}
          >
            {value}
          </button>
        ))}
      </div>
      {allowed.length < NUMBERS.length && (
        <p class="faint">
          {whyForbidden(
            zerosInARow >= 2,
            NUMBERS.filter((value) => !allowed.includes(value)),
          )}
        </p>
      )}
    </>
  );
}

function whyForbidden(mustWin: boolean, forbidden: readonly number[]): string {
  const reasons = [
    ...(mustWin ? ['after two rounds with 0 you must declare at least 1'] : []),
    ...(forbidden.some((value) => value > 0 || !mustWin) ? ['all declarations together may not be 8'] : []),
  ];
  return `You cannot declare ${forbidden.join(' or ')}: ${reasons.join(', and ')}.`;
}
