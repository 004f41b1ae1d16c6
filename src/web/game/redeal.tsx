// Preparation: dealing, and the question to the holders of weak hands.

import type { ComponentChildren } from 'preact';
import type { GameProps } from './game.tsx';
import { Panel } from './panel.tsx';

export function Redeal({
  view,
  me,
  client,
  state,
  hand,
}: GameProps<'preparation'> & { hand: ComponentChildren }) {
  const {
    weak_players_awaiting: awaited = [],
    decisions_received = 0,
    decisions_needed = 0,
  } = view.phase_data;
  if (view.phase_data.simultaneous_mode !== true) {
    return <Panel title="The pieces are being dealt">{hand}</Panel>;
  }
  const decide = (choice: 'accept' | 'decline') => void client.send('redeal_decision', { choice });
  return (
    <Panel title={titleFor(awaited, me)} deadline={view.deadline} clockOffset={state.clockOffset}>
      <p class="faint">
        Whose hand has no piece above 9 points may ask for a redeal. {decisions_received} of{' '}
        {decisions_needed} have answered.
      </p>
      {hand}
      {awaited.includes(me) && (
        <div class="row">
          <button type="button" onClick={() => decide('accept')}>
            Deal again
          </button>
          <button type="button" class="secondary" onClick={() => decide('decline')}>
            Keep this hand
          </button>
        </div>
      )}
    </Panel>
  );
}

function titleFor(awaited: readonly string[], me: string): string {
  if (awaited.includes(me)) return 'Your hand is weak: deal again?';
  return awaited.length === 0 ? 'All have answered' : `Waiting for ${awaited.join(' and ')}`;
}
