// The own hand when there is nothing to choose; who only watches has none.

import { ownEntry } from '../client-state.ts';
import type { GameView } from '../client-state.ts';
import { Hand } from './hand.tsx';

export function IdleHand({ view }: { view: GameView }) {
  const own = ownEntry(view);
  return own === null ? null : <Hand pieces={own.hand} />;
}
