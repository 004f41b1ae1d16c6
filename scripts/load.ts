// `npm run load`: many rooms of four real clients play real games at an entry, or on a local cloud in memory of its own, and
// every command is measured. Exits with 1 when a budget is broken, or when there is nothing to load.

import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { createLogUpdate } from 'log-update';
import { webUrl, wholeNumber } from './arguments.ts';
import { parseSettings } from '../src/app/settings.ts';
import { LoadError } from './load/entry.ts';
import { brokenBudgets, progressLine, progressScreen, reportText } from './load/report.ts';
import type { Budgets } from './load/report.ts';
import { runLoad } from './load/run.ts';
import type { LoadOptions, Progress, Report } from './load/run.ts';
import { StartError, startLocal } from './local/cloud.ts';

interface Flags {
  readonly url?: string;
  readonly settings: string;
  readonly rooms: number;
  readonly rate?: number;
  readonly seconds: number;
  readonly ramp?: number;
  readonly seed: number;
  readonly json?: string;
  readonly p50?: number;
  readonly p99?: number;
  readonly errors?: number;
}

/** Rooms opened a second unless told otherwise: 20 connections, of 500 that API Gateway takes. */
const ROOMS_A_SECOND = 4;
const SCREEN_MS = 500;
const LINE_MS = 10_000;
const NPM_ECHO_MS = 500;

const flags = new Command('load')
  .description(
    'Plays in many rooms at once with real clients and measures every command, from when it was due to the own reply and to the last of the four seats.',
  )
  .option('--url <url>', 'the entry; without it a local cloud in memory is started', webUrl)
  .option('--settings <json>', 'game settings of the local cloud', '{}')
  .option('--rooms <count>', 'rooms of four players', wholeNumber(1, 100_000), 10)
  .option(
    '--rate <moves>',
    'moves a second over all rooms; without it as fast as the game allows',
    numberFrom(0.01, 1e6),
  )
  .option('--seconds <count>', 'how long is measured, once all rooms are open', numberFrom(1, 86_400), 60)
  .option('--ramp <seconds>', 'over how long the rooms open; default 4 rooms a second', numberFrom(0, 86_400))
  .option('--seed <number>', 'decides the players’ choices', wholeNumber(0, 2 ** 31), 1)
  .option('--json <file>', 'write the report there as JSON')
  .option('--p50 <ms>', 'budget: half of the moves reach the last seat within', numberFrom(0, 1e6))
  .option('--p99 <ms>', 'budget: 99 of 100 moves reach the last seat within', numberFrom(0, 1e6))
  .option('--errors <count>', 'budget: at most so many errors', wholeNumber(0, 1e9))
  .parse()
  .opts<Flags>();

const interrupted = new AbortController();
let interruptedAt = Infinity;
process.on('SIGINT', () => {
  // A second one does not wait; npm sends the first on once more.
  if (Date.now() - interruptedAt > NPM_ECHO_MS) process.exit(130);
  interruptedAt = Math.min(interruptedAt, Date.now());
  interrupted.abort();
});
process.on('SIGTERM', () => interrupted.abort());

try {
  const report = flags.url === undefined ? await loadOwnCloud() : await load(flags.url);
  await publish(report);
} catch (error) {
  if (!(error instanceof LoadError || error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function loadOwnCloud(): Promise<Report> {
  console.log('Starting a local cloud in memory.');
  const cloud = await startLocal({ memory: true, settings: readSettings(flags.settings), logLevel: 'error' });
  try {
    return await load(cloud.url);
  } finally {
    await cloud.stop();
  }
}

function readSettings(json: string) {
  try {
    return parseSettings(json);
  } catch (error) {
    throw new LoadError(error instanceof Error ? error.message : String(error));
  }
}

async function load(url: string): Promise<Report> {
  const { rooms, rate = null, seconds, ramp = rooms / ROOMS_A_SECOND, seed } = flags;
  const options: LoadOptions = { url, rooms, rate, seconds, ramp, seed };
  const over = new AbortController();
  let showing: Promise<void> | undefined;
  try {
    return await runLoad(options, interrupted.signal, (progress) => {
      showing = show(progress, over.signal);
    });
  } finally {
    over.abort();
    await showing;
  }
}

/** On a terminal one screen drawn again and again, else a line now and then. */
async function show(progress: () => Progress, over: AbortSignal): Promise<void> {
  const isTerminal = process.stdout.isTTY;
  const screen = createLogUpdate(process.stdout);
  const draw = isTerminal
    ? () => screen(progressScreen(progress()))
    : () => console.log(progressLine(progress()));
  while (!over.aborted) {
    const next = pause(isTerminal ? SCREEN_MS : LINE_MS, undefined, { signal: over });
    await next.then(draw, () => undefined);
  }
  screen.clear();
  screen.done();
}

async function publish(report: Report): Promise<void> {
  console.log(reportText(report));
  if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(report, null, 2)}\n`);
  const budgets: Budgets = {
    p50: flags.p50 ?? null,
    p99: flags.p99 ?? null,
    errors: flags.errors ?? null,
  };
  const broken = brokenBudgets(report, budgets);
  for (const line of broken) console.error(line);
  if (broken.length > 0) process.exitCode = 1;
}

function numberFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a number from ${least} to ${most}.`);
  };
}
