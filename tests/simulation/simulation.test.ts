// Two hundred whole games in treacherous worlds; `npm run simulate` plays as many as one likes.

import { expect, test } from '@jest/globals';
import { simulate } from './simulate.ts';

const GAMES = 200;
const FIRST_SEED = 1;

test(`${GAMES} games in worlds full of faults end as they should and break no invariant`, async () => {
  const outcomes = new Set<string>();
  let remembered = 0;
  let told = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + GAMES; seed++) {
    const { violations, story, outcome, ...counted } = await simulate(seed);
    outcomes.add(outcome);
    remembered += counted.recalled;
    told += counted.told;
    if (violations.length > 0)
      throw new Error([`seed ${seed}`, ...violations, ...story.slice(-30)].join('\n'));
  }
  expect(outcomes).toContain('completed');
  // Functions that never had anything in memory would prove nothing of it.
  expect(remembered).toBeGreaterThan(GAMES);
  // Who is told nothing twice would be none in a hundred if nobody ever were.
  expect(told).toBeGreaterThan(GAMES);
}, 120_000);

test('the same seed is the same game to the last step', async () => {
  const [once, again] = [await simulate(7), await simulate(7)];
  expect(again).toEqual(once);
  expect(once.commits).toBeGreaterThan(20);
});
