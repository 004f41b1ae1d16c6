// `npm run bench:latency`: whole games through the real handlers, with the time that AWS takes drawn from a profile and without
// it; what players wait for, where the time goes, and the same moves by the naive variant. Exits with 1 when a budget is missed.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { wholeNumber } from '../arguments.ts';
import { parseSettings } from '../../src/app/settings.ts';
import type { Settings } from '../../src/room/room.ts';
import budgets from './budgets.json' with { type: 'json' };
import { AS_IT_IS, BROADCASTERS } from './clients.ts';
import type { Variant } from './clients.ts';
import { openCloud } from './cloud.ts';
import type { BenchCloud } from './cloud.ts';
import { thisMachine } from './machine.ts';
import { playNaively } from './naive.ts';
import { DISCLAIMER, withRows } from './profile.ts';
import type { Profile } from './profile.ts';
import { factorsOf, latencyText, missedBudgets } from './report.ts';
import type { Report } from './report.ts';
import { measureGames, measureWork } from './run.ts';
import type { Desk, Run, RunOptions } from './run.ts';

interface Flags {
  readonly games: number;
  readonly rounds: number;
  readonly rate: number;
  readonly seed: number;
  readonly row: readonly string[];
  readonly broadcaster: Variant['broadcaster'];
  readonly hedge: number | null;
  readonly seen: boolean;
  readonly cold?: true;
  readonly bare: boolean;
  readonly naive: boolean;
  readonly variants?: true;
  readonly json?: string;
}

/** How many games the figures without the profile come from, one round after another without pauses. */
const BARE = { games: 2, rounds: 3 };
const NO_PAUSES = { roundStartSeconds: 0, turnResultsSeconds: 0, scoringSeconds: 0 };
/** Nobody may win before the last round. */
const ENDLESS = { winScore: 1_000 };
/** One view in so many costs somebody the connection. */
const CUT_SHARE = 0.02;

const VARIANTS: readonly (readonly [string, Partial<Pick<RunOptions, 'variant' | 'seen'>>])[] = [
  ['broadcaster called as an event', { variant: { ...AS_IT_IS, broadcaster: 'event' } }],
  ['broadcaster waited for', { variant: { ...AS_IT_IS, broadcaster: 'waits' } }],
  ['clients do not say what they have seen', { seen: false }],
  ['posts hedged after 15 ms', { variant: { ...AS_IT_IS, hedgeMs: 15 } }],
];

const flags = new Command('bench:latency')
  .description('Plays whole games through the real handlers and measures what their players wait for.')
  .option('--games <count>', 'games at once', wholeNumber(1, 100), 8)
  .option('--rounds <count>', 'rounds of each', wholeNumber(1, 100), 6)
  .option(
    '--rate <moves>',
    'moves a second that a game would make if nothing took time',
    wholeNumber(1, 1_000),
    3,
  )
  .option('--seed <number>', 'decides moves and times', wholeNumber(0, 1_000_000), 1)
  .option(
    '--row <name=p50,p99...>',
    'replaces a row of the profile, in ms',
    (text, all: string[]) => [...all, text],
    [],
  )
  .addOption(
    new Option('--broadcaster <how>', 'how the broadcaster is called')
      .choices([...BROADCASTERS])
      .default('as it is'),
  )
  .option(
    '--hedge <ms>',
    'a second post to whom the first has not reached by then',
    wholeNumber(1, 1_000),
    null,
  )
  .option('--no-seen', 'clients do not say what they have seen, so that every move reads the room')
  .option('--cold', 'count cold starts, at the time the profile gives them')
  .option('--no-bare', 'leave out the run without the profile')
  .option('--no-naive', 'leave out the naive variant')
  .option('--variants', 'try the other variants as well, each in a run of its own')
  .option('--json <file>', 'write all figures there')
  .parse()
  .opts<Flags>();

const profile = withRows(flags.row);
const report = await measureAll(profile);
console.log(latencyText(report));
if (flags.json !== undefined) {
  await mkdir(dirname(flags.json), { recursive: true });
  await writeFile(flags.json, `${JSON.stringify(report, null, 1)}\n`);
}
const missed = missedBudgets(report, budgets.latency);
for (const line of missed) console.error(`Missed: ${line}`);
if (missed.length > 0) process.exitCode = 1;

async function measureAll(given: Profile): Promise<Report> {
  const bare = flags.bare ? await measureBare() : null;
  const variant: Variant = { broadcaster: flags.broadcaster, hedgeMs: flags.hedge };
  const options: Omit<RunOptions, 'variant' | 'seen'> = {
    games: flags.games,
    seed: flags.seed,
    thinkMs: 1_000 / flags.rate,
    cutShare: CUT_SHARE,
    profile: given,
    countCold: flags.cold === true,
  };
  const settings = { ...ENDLESS, maxRounds: flags.rounds };
  const [run, naive] = await onCloud(settings, async (cloud, desk) => {
    const played = await measureGames(cloud, desk, { ...options, variant, seen: flags.seen });
    if (!flags.naive) return [played, null] as const;
    return [played, await measureWork(cloud, desk, options, () => playNaively(cloud, played.rooms))] as const;
  });
  const variants: [string, Run][] = [];
  for (const [name, differing] of flags.variants === true ? VARIANTS : []) {
    const all = { ...options, variant, seen: flags.seen, ...differing };
    variants.push([name, await onCloud(settings, (cloud, desk) => measureGames(cloud, desk, all))]);
  }
  return {
    machine: thisMachine(),
    command: `npm run bench:latency -- ${process.argv.slice(2).join(' ')}`.replace(/ -- $/, ''),
    disclaimer: DISCLAIMER,
    profile: given,
    run,
    naive,
    bare,
    factors: factorsOf(bare),
    variants: Object.fromEntries(variants),
  };
}

/** As fast as this machine is. What is first done by anything is not counted: a game goes before. */
async function measureBare(): Promise<Run> {
  const options = {
    seed: flags.seed,
    thinkMs: 10,
    cutShare: CUT_SHARE,
    seen: flags.seen,
    profile: null,
    variant: AS_IT_IS,
    countCold: false,
  };
  const settings = { ...NO_PAUSES, ...ENDLESS, maxRounds: BARE.rounds };
  return onCloud(settings, async (cloud, desk) => {
    await measureGames(cloud, desk, { ...options, games: BARE.games });
    return measureGames(cloud, desk, { ...options, games: BARE.games });
  });
}

async function onCloud<T>(
  settings: Partial<Settings>,
  work: (cloud: BenchCloud, desk: Desk) => Promise<T>,
): Promise<T> {
  const desk: Desk = { labels: new Map(), collect: () => undefined };
  const cloud = await openCloud({
    settings: parseSettings(JSON.stringify(settings)),
    coldStarts: flags.cold === true ? 'counted' : 'left out',
    observer: {
      labelOf: (connection, frame) => desk.labels.get(connection)?.(frame) ?? frame.event,
      over: (trace) => desk.collect(trace),
    },
  });
  try {
    return await work(cloud, desk);
  } finally {
    await cloud.stop();
  }
}
