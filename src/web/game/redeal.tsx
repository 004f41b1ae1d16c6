// Preparation: dealing, and the question to the holders of weak hands.

import { texts } from '../language.ts';
import type { GameProps } from './game.tsx';
import { IdleHand } from './idle-hand.tsx';
import { Tray } from './tray.tsx';

export function Redeal({ view, me, act, state }: GameProps<'preparation'>) {
  const {
    weak_players_awaiting: awaited = [],
    decisions_received = 0,
    decisions_needed = 0,
  } = view.phase_data;
  const t = texts();
  if (view.phase_data.simultaneous_mode !== true) {
    return (
      <Tray title={t.dealing}>
        <IdleHand view={view} />
      </Tray>
    );
  }
  const isMine = me !== null && awaited.includes(me);
  return (
    <Tray
      title={titleFor(awaited, isMine)}
      tone={isMine ? 'mine' : 'calm'}
      deadline={view.deadline}
      clockOffset={state.clockOffset}
    >
      <p class="say">{t.weakHint(decisions_received, decisions_needed)}</p>
      <IdleHand view={view} />
      {isMine && (
        <div class="actions">
          <button
            type="button"
            disabled={act === null}
            onClick={() => void act?.('redeal_decision', { choice: 'accept' })}
          >
            {t.dealAgain}
          </button>
          <button
            type="button"
            class="secondary"
            disabled={act === null}
            onClick={() => void act?.('redeal_decision', { choice: 'decline' })}
          >
            {t.keepHand}
          </button>
        </div>
      )}
    </Tray>
  );
}

function titleFor(awaited: readonly string[], isMine: boolean): string {
  if (isMine) return texts().weakHand;
  return awaited.length === 0 ? texts().allAnswered : texts().waitingFor(awaited);
}
