// Views that arrive together are shown one after another, and none is lost track of.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { advance, arrive, dueIn, MOST_BEHIND, NOTHING_SHOWN, STEP } from '../../../src/web/pacing.ts';
import type { Pacing } from '../../../src/web/pacing.ts';

const arriveAll = (views: readonly number[], now: number) =>
  views.reduce((pacing: Pacing<number>, view) => arrive(pacing, view, now), NOTHING_SHOWN);

describe('views on the page', () => {
  test('are shown at once when nothing is being shown', () => {
    expect(arrive(NOTHING_SHOWN, 1, 500)).toEqual({ shown: 1, since: 500, waiting: [] });
    expect(dueIn(NOTHING_SHOWN, 500)).toBeNull();
    expect(arrive(arriveAll([1], 500), 2, 500 + STEP)).toEqual({ shown: 2, since: 500 + STEP, waiting: [] });
  });

  test('wait for each other when they arrive together, half a second at most', () => {
    const pacing = arriveAll([1, 2, 3], 500);
    expect(pacing).toEqual({ shown: 1, since: 500, waiting: [2, 3] });
    expect(STEP).toBeLessThanOrEqual(500);
    expect(dueIn(pacing, 500 + 100)).toBe(STEP - 100);
    expect(advance(pacing, 500 + STEP - 1)).toBe(pacing);
    expect(advance(pacing, 500 + STEP)).toEqual({ shown: 2, since: 500 + STEP, waiting: [3] });
  });

  test('skip to the newest when too many wait', () => {
    const views = Array.from({ length: MOST_BEHIND + 2 }, (_, index) => index);
    expect(arriveAll(views.slice(0, -1), 0).waiting).toHaveLength(MOST_BEHIND);
    expect(arriveAll(views, 0)).toEqual({ shown: views.at(-1), since: 0, waiting: [] });
  });

  test('are never shown out of order, and the newest is soon reached whatever the rhythm', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 * STEP }), { minLength: 1 }), (pauses) => {
        let now = 0;
        let pacing: Pacing<number> = NOTHING_SHOWN;
        let last = -1;
        const look = (next: Pacing<number>) => {
          expect(next.shown ?? -1).toBeGreaterThanOrEqual(last);
          last = next.shown ?? -1;
          pacing = next;
        };
        for (const [view, pause] of pauses.entries()) {
          now += pause;
          look(advance(pacing, now));
          look(arrive(pacing, view, now));
        }
        for (let step = 0; step < MOST_BEHIND; step += 1) {
          now += STEP;
          look(advance(pacing, now));
        }
        expect(pacing.shown).toBe(pauses.length - 1);
        expect(dueIn(pacing, now)).toBeNull();
      }),
    );
  });
});
