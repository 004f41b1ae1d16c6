// The start of a round: who begins, and why.

import { texts } from '../language.ts';
import type { GameProps } from './game.tsx';
import { IdleHand } from './idle-hand.tsx';
import { Tray } from './tray.tsx';

export function RoundStart({ view, me }: GameProps<'round_start'>) {
  const { current_starter: starter, starter_reason: reason } = view.phase_data;
  const t = texts();
  const isMe = starter === me;
  return (
    <Tray title={isMe ? t.youBegin : t.begins(starter)}>
      <p class="say">{isMe ? t.whyYouBegin(reason) : t.whyBegins(starter, reason)}</p>
      <IdleHand view={view} />
    </Tray>
  );
}
