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

const NUMBERS = Array.from({ length: PILES + 1 }, (_, value) => value);

export function Declaration(props: GameProps<'declaration'>) {
  const { view, me, state } = props;
  const { declaration_total, current_declarer } = view.phase_data;
  const t = texts();
  const isMine = me !== null && current_declarer === me;
  const others = current_declarer === null ? t.allDeclared : t.waitingFor([current_declarer]);
  return (
    <Tray
      title={isMine ? t.howMany : others}
      tone={isMine ? 'mine' : 'calm'}
      deadline={view.deadline}
      clockOffset={state.clockOffset}
    >
      {isMine ? <Numbers {...props} /> : <p class="say">{t.declaredSoFar(declaration_total)}</p>}
      <IdleHand view={view} />
    </Tray>
  );
}

function Numbers({ view, me, act }: GameProps<'declaration'>) {
  const { declaration_order, declarations, declaration_total } = view.phase_data;
  const [hint, setHint] = useState<number | null>(null);
  const declared = declaration_order.flatMap((name) => declarations[name] ?? []);
  const zerosInARow = view.players[me ?? '']?.zero_declares_in_a_row ?? 0;
  const rules = { declared, zerosInARow };
  const allowed = allowedDeclarations(rules);
  const suggest = () => {
    const hand = piecesOf(ownEntry(view)?.hand ?? []);
    setHint(botDeclares({ hand, ...rules, isFirst: declared.length === 0 }));
  };
  const t = texts();
  return (
    <>
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
      <div class="say-row">
        <p class="say">
          {NUMBERS.filter((value) => !allowed.includes(value))
            .map((value) => (value === 0 && zerosInARow >= 2 ? t.forbiddenZero : t.forbiddenTotal(value)))
            .join(' ') || t.declaredSoFar(declaration_total)}
        </p>
        <button type="button" class="quiet small" onClick={suggest}>
          {t.hint}
        </button>
      </div>
    </>
  );
}
