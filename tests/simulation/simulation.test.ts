// Two hundred whole games in treacherous worlds; `npm run simulate` plays as many as one likes.

import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { simulate } from './simulate.ts';

const GAMES = 200;
const FIRST_SEED = 1;

test(`${GAMES} games in worlds full of faults end as they should and break no invariant`, async () => {
  const outcomes = new Set<string>();
  let remembered = 0;
  let told = 0;
  const recurring = new Set<string>();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + GAMES; seed++) {
    const { violations, story, outcome, ...counted } = await simulate(seed);
    outcomes.add(outcome);
    remembered += counted.recalled;
    told += counted.told;
    for (const name of counted.longestChain.recurring) recurring.add(name);
    if (violations.length > 0)
      throw new Error([`seed ${seed}`, ...violations, ...story.slice(-30)].join('\n'));
  }
  expect(outcomes).toContain('completed');
  // Functions that never had anything in memory would prove nothing of it.
  expect(remembered).toBeGreaterThan(GAMES);
  // Who is told nothing twice would be none in a hundred if nobody ever were.
  expect(told).toBeGreaterThan(GAMES);
  expect(recurring.size).toBeGreaterThan(0);
  expect(allowedInLoops()).toEqual(expect.arrayContaining([...recurring]));
}, 120_000);

test('the same seed is the same game to the last step', async () => {
  const [once, again] = [await simulate(7), await simulate(7)];
  expect(again).toEqual(once);
  expect(once.commits).toBeGreaterThan(20);
});

/** The functions whose chains Lambda does not end, by their names in serverless.yml. */
function allowedInLoops(): readonly string[] {
  const service = parse(readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8')) as {
    readonly functions: Readonly<Record<string, unknown>>;
    readonly resources: readonly { readonly extensions?: Readonly<Record<string, Extension>> }[];
  };
  const extensions = service.resources.flatMap((each) => Object.entries(each.extensions ?? {}));
  const allowed = extensions.flatMap(([name, { Properties }]) =>
    Properties?.['RecursiveLoop'] === 'Allow' ? [name.toLowerCase()] : [],
  );
  return Object.keys(service.functions).filter((name) => allowed.includes(`${name}lambdafunction`));
}
interface Extension {
  readonly Properties?: Readonly<Record<string, unknown>>;
}
