// Handing a delivery to the broadcaster: what goes wrong with it is logged and counted, whoever waits for what.

import type { Delivery, Ports, Publishing } from './ports.ts';

/**
 * Has a delivery broadcast. Which of its two moments the caller waits for depends on what comes next: an answer may go out
 * once it has `begun`; another commit, or another page of the same list, not before it has `ended`.
 */
export function publish(
  { publisher, log, tally }: Pick<Ports, 'publisher' | 'log' | 'tally'>,
  delivery: Delivery,
): Publishing {
  const publishing = publisher.publish(delivery);
  void publishing.ended.then((error) => {
    if (error === null) return;
    log.error('A delivery failed', { room: delivery.roomId, seq: delivery.seq, error });
    tally.count('failures.publish');
  });
  return publishing;
}

/** For who cannot go on without that moment: throws when it did not come. */
export async function reached(moment: Publishing['begun' | 'ended']): Promise<void> {
  const error = await moment;
  if (error !== null) throw error;
}
