/** The benchmark's clock: virtual time jumps over waits, in order, and knows nothing of what is done elsewhere meanwhile. */
import { describe, expect, it } from '@jest/globals';
import { inVirtualTime, now, real, waitUntil } from '../../../scripts/bench/clock.ts';

const HOUR_MS = 3_600_000;

describe('virtual time', () => {
  it('is over with hours of waiting at once, in the order of their ends', async () => {
    const order: string[] = [];
    const passed = await inVirtualTime(async () => {
      const start = now();
      const wait = async (name: string, hours: number): Promise<void> => {
        await waitUntil(start + hours * HOUR_MS);
        order.push(name);
      };
      await Promise.all([wait('third', 3), wait('first', 1), wait('second', 2)]);
      return now() - start;
    });
    expect(order).toEqual(['first', 'second', 'third']);
    expect(passed).toBeGreaterThanOrEqual(3 * HOUR_MS);
  });

  it('waits for work outside of the process before it jumps', async () => {
    const order: string[] = [];
    await inVirtualTime(async () => {
      const elsewhere = real(() => new Promise((resolve) => setImmediate(() => setImmediate(resolve))));
      const jumping = waitUntil(now() + HOUR_MS).then(() => order.push('an hour'));
      await elsewhere;
      order.push('elsewhere');
      await jumping;
    });
    expect(order).toEqual(['elsewhere', 'an hour']);
  });

  it('leaves the timers of such work real, for nothing would end them otherwise', async () => {
    const work = () => new Promise((resolve) => setTimeout(() => resolve('retried'), 1));
    expect(await inVirtualTime(() => real(work))).toBe('retried');
  });

  it('says so when nothing will ever happen again', async () => {
    await expect(inVirtualTime(() => new Promise(() => undefined))).rejects.toThrow('Nothing will happen');
  });

  it('is real again afterwards, also after a failure', async () => {
    await expect(inVirtualTime(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const before = performance.now();
    expect(now()).toBeGreaterThanOrEqual(before);
    await waitUntil(now() + HOUR_MS);
  });
});
