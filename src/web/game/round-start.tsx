// The start of a round: who begins, and why.

import type { ComponentChildren } from 'preact';
import type { StarterReason } from '../../protocol/server-frames.ts';
import type { GameProps } from './game.tsx';
import { Panel } from './panel.tsx';

const REASONS: Readonly<Record<StarterReason, string>> = {
  accepted_redeal: 'asked for the redeal',
  has_general_red: 'holds the red general',
  won_last_turn: 'won the last turn',
};

export function RoundStart({ view, me, hand }: GameProps<'round_start'> & { hand: ComponentChildren }) {
  const { current_starter: starter, starter_reason } = view.phase_data;
  return (
    <Panel title={starter === me ? 'You begin this round' : `${starter} begins this round`}>
      <p>
        {starter === me ? 'You' : starter}{' '}
        {starter === me ? withYou(starter_reason) : REASONS[starter_reason]}.
      </p>
      {hand}
    </Panel>
  );
}

function withYou(reason: StarterReason): string {
  return reason === 'has_general_red' ? 'hold the red general' : REASONS[reason];
}
