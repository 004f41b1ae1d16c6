// Declaring: the numbers open to oneself, and why others are not.

import { useState } from 'preact/hooks';
import { botDeclares } from '../../game/bot.ts';
import { allowedDeclarations, PILES } from '../../game/declaring.ts';
import { ownEntry } from '../client-state.ts';
import { texts } from '../language.ts';
import { piecesOf } from '../pieces.ts';
import type { GameProps } from './game.tsx';
import { IdleHand } from './idle-hand.tsx';
import { Tray } from './tray.tsx';
import { entryOf } from '../../protocol/by-name.ts';

const NUMBERS = Array.from({ length: PILES + 1 }, (_, value) => value);

export function Declaration(props: GameProps<'declaration'>) {
  const { view, me, state } = props;
  const { declaration_total, current_declarer } = view.phase_data;
  const t = texts();
  if (me !== null && current_declarer === me) return <OwnDeclaration {...props} me={me} />;
  return (
    <Tray
      title={current_declarer === null ? t.allDeclared : t.waitingFor([current_declarer])}
      deadline={view.deadline}
      clockOffset={state.clockOffset}
    >
      <p class="say">{t.declaredSoFar(declaration_total)}</p>
      <IdleHand view={view} />
    </Tray>
  );
}

function OwnDeclaration({
  view,
  me,
  act,
  isSending,
  state,
}: GameProps<'declaration'> & { readonly me: string }) {
  const { declaration_order, declarations, declaration_total } = view.phase_data;
  const [hint, setHint] = useState<number | null>(null);
  const declared = declaration_order.flatMap((name) => entryOf(declarations, name) ?? []);
  const zerosInARow = entryOf(view.players, me)?.zero_declares_in_a_row ?? 0;
  const rules = { declared, zerosInARow };
  const allowed = allowedDeclarations(rules);
  const suggest = () => {
    const hand = piecesOf(ownEntry(view)?.hand ?? []);
    setHint(botDeclares({ hand, ...rules, isFirst: declared.length === 0 }));
  };
  const t = texts();
  return (
    <Tray title={t.howMany} tone="mine" deadline={view.deadline} clockOffset={state.clockOffset}>
      <div class="say-row">
        <p class="say">
          {isSending && state.status !== 'online'
            ? t.willBeSent
            : whyForbidden(allowed, zerosInARow) || t.declaredSoFar(declaration_total)}
        </p>
        <button type="button" class="quiet small" onClick={suggest}>
          {t.hint}
        </button>
      </div>
      <IdleHand view={view} />
      <div class="numbers" role="group" aria-label={t.numberOfPiles}>
        {NUMBERS.map((value) => (
          <button
            key={value}
            type="button"
            class={value === hint ? 'hinted' : 'secondary'}
            aria-label={t.declare(value)}
            disabled={act === null || !allowed.includes(value)}
            onClick={() => void act?.('declare', { value })}
          >
            {value}
          </button>
        ))}
      </div>
    </Tray>
  );
}

/** A sentence for each number that is not allowed; empty when all are. */
function whyForbidden(allowed: readonly number[], zerosInARow: number): string {
  const t = texts();
  return NUMBERS.filter((value) => !allowed.includes(value))
    .map((value) => (value === 0 && zerosInARow >= 2 ? t.forbiddenZero : t.forbiddenTotal(value)))
    .join(' ');
}
