// Whether each deal was the one its seed gives, and the seed the one that was committed to (rules.md, "Dealing").

import { dealAfter } from '../../game/deal.ts';
import { SEATS } from '../../game/seats.ts';
import { sha256 } from '../../verify/verify.ts';
import type { LoggedEvent } from './log.ts';

export interface DealCheck {
  readonly round: number;
  /** 0 for the first deal of a round. */
  readonly redeals: number;
  readonly commitment: string;
  readonly seed: string;
  /** The commitment is the SHA-256 of the seed. */
  readonly isCommitted: boolean;
  /** Dealing again from the seed gives the same hands. */
  readonly isDealt: boolean;
}

/** Checks every deal among these events. */
export async function checkDeals(events: readonly LoggedEvent[]): Promise<readonly DealCheck[]> {
  const checks: DealCheck[] = [];
  for (const { event } of events) {
    if (event.type !== 'Dealt') continue;
    const { round, redeals, hands, proof } = event;
    const { seed, commitment } = proof;
    const isCommitted = (await sha256(seed)) === commitment;
    checks.push({
      round,
      redeals,
      commitment,
      seed,
      isCommitted,
      isDealt: isDealtFrom(seed, redeals, hands),
    });
  }
  return checks;
}

export const isFair = ({ isCommitted, isDealt }: DealCheck): boolean => isCommitted && isDealt;

function isDealtFrom(seed: string, redeals: number, hands: ReturnType<typeof dealAfter>): boolean {
  // `dealAfter` refuses what is no seed; nothing was dealt from such a one.
  if (!/^[0-9a-f]{64}$/.test(seed)) return false;
  const again = dealAfter(redeals, seed);
  return SEATS.every((seat) => again[seat].join() === hands[seat].join());
}
