// `npm run simulate -- --games N --seed S`: whole games in simulated worlds full of faults, on all cores. A game that breaks
// an invariant is reported with its seed and the last that happened; `--games 1 --seed S` plays exactly it again.

import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Command } from 'commander';
import { MOST, wholeNumber } from './arguments.ts';
import type { LongestChain } from '../tests/simulation/cloud.ts';
import { simulate } from '../tests/simulation/simulate.ts';
import type { Verdict } from '../tests/simulation/simulate.ts';

/** Seeds go to the workers in portions, so that none of them idles at the end. */
const PORTION = 20;
const SHOWN_FAILURES = 3;

if (isMainThread) await main();
else work(workerData as { readonly stories: boolean });

async function main(): Promise<void> {
  const { games, seed, story } = new Command('simulate')
    .description(
      'Plays whole games in simulated worlds full of faults and checks every invariant after every step.',
    )
    .option('--games <count>', 'how many', wholeNumber(0, MOST), 1_000)
    .option('--seed <number>', 'of the first game; the others follow', wholeNumber(0, MOST), 1)
    .option('--story', 'print what happened in the (first) game', false)
    .parse()
    .opts<{ games: number; seed: number; story: boolean }>();
  const started = performance.now();
  const verdicts = await playAll(seed, games, story);
  const seconds = (performance.now() - started) / 1_000;
  const failures = verdicts.filter(({ violations }) => violations.length > 0);
  for (const failure of failures.slice(0, SHOWN_FAILURES)) console.error(storyOf(failure));
  if (story) console.log(verdicts[0]?.story.join('\n'));
  console.log(summaryOf(verdicts, seconds));
  console.log(`${games - failures.length} passed, ${failures.length} failed`);
  if (failures.length > 0) {
    console.error(`Failing seeds: ${failures.map((failure) => failure.seed).join(', ')}`);
    process.exitCode = 1;
  }
}

async function playAll(first: number, games: number, stories: boolean): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  let next = first;
  const lastSeed = first + games - 1;
  const portion = (): readonly [number, number] | null => {
    if (next > lastSeed) return null;
    const from = next;
    next = Math.min(lastSeed, from + PORTION - 1) + 1;
    return [from, next - 1];
  };
  const workers = Array.from({ length: Math.min(availableParallelism(), Math.ceil(games / PORTION)) }, () =>
    runWorker(portion, stories, (verdict) => verdicts.push(verdict)),
  );
  await Promise.all(workers);
  return verdicts.sort((a, b) => a.seed - b.seed);
}

function runWorker(
  portion: () => readonly [number, number] | null,
  stories: boolean,
  heard: (verdict: Verdict) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { stories } });
    const feed = (): void => {
      const seeds = portion();
      if (seeds !== null) {
        worker.postMessage(seeds);
        return;
      }
      void worker.terminate();
      resolve();
    };
    worker.on('message', (verdict: Verdict | 'more') => {
      if (verdict === 'more') feed();
      else heard(verdict);
    });
    worker.on('error', reject);
    feed();
  });
}

/** A worker plays the seeds it is given; stories go back only where somebody wants to read them. */
function work({ stories }: { readonly stories: boolean }): void {
  parentPort?.on('message', ([from, to]: readonly [number, number]) => {
    void (async () => {
      for (let seed = from; seed <= to; seed++) {
        const verdict = await simulate(seed);
        const isTold = stories || verdict.violations.length > 0;
        parentPort?.postMessage(isTold ? verdict : { ...verdict, story: [] });
      }
      parentPort?.postMessage('more');
    })();
  });
}

function storyOf({ seed, violations, story }: Verdict): string {
  return [
    `Seed ${seed}:`,
    ...violations.map((violation) => `  ! ${violation}`),
    ...story.map((line) => `  ${line}`),
  ].join('\n');
}

function summaryOf(verdicts: readonly Verdict[], seconds: number): string {
  const sum = (of: (verdict: Verdict) => number): number =>
    verdicts.reduce((total, verdict) => total + of(verdict), 0);
  const longest = (of: (chain: LongestChain) => number): number =>
    Math.max(0, ...verdicts.map(({ longestChain }) => of(longestChain)));
  const outcomes = new Map<string, number>();
  for (const { outcome } of verdicts) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  const ends = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  const hours = sum((verdict) => verdict.seconds) / 3_600;
  return [
    `${verdicts.length} games in ${seconds.toFixed(1)} s (${(verdicts.length / seconds).toFixed(0)} a second): ${ends}.`,
    `${sum(({ commits }) => commits)} commits, ${sum(({ faults }) => faults)} faults, ${hours.toFixed(0)} virtual hours.`,
    `The longest chain of requests: ${longest(({ invocations }) => invocations)} invocations, ${longest(({ ofOneFunction }) => ofOneFunction)} of one function.`,
  ].join('\n');
}
