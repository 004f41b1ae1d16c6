// `npm run fuzz -- --frames N --seed S`: frames, HTTP requests and handshakes that nobody should send, against the handlers'
// code in this process, on all cores. What goes wrong is printed with the seed that meets it again.

import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Command } from 'commander';
import { MOST, wholeNumber } from './arguments.ts';
import { fuzz, FRAMES_A_WORLD } from '../tests/fuzz/fuzz.ts';
import type { Finding, Report, Run } from '../tests/fuzz/fuzz.ts';

if (isMainThread) await main();
else parentPort?.postMessage(await fuzz(workerData as Run));

async function main(): Promise<void> {
  const { frames, seed } = new Command('fuzz')
    .description(
      'Sends frames, requests and handshakes made by a grammar and by chance, and judges all that comes out.',
    )
    .option('--frames <count>', 'how many', wholeNumber(1, MOST), 100_000)
    .option('--seed <number>', 'of the first world; the others follow', wholeNumber(1, MOST), 1)
    .parse()
    .opts<{ frames: number; seed: number }>();
  const started = performance.now();
  const reports = await Promise.all(shares(frames, seed).map(runWorker));
  const seconds = (performance.now() - started) / 1_000;
  const findings = reports.flatMap(({ finding }) => finding ?? []);
  for (const finding of findings) console.error(storyOf(finding));
  console.log(summaryOf(reports, seconds));
  if (findings.length > 0) process.exitCode = 1;
}

/** The worlds of a run, dealt out to the cores one by one. */
function shares(frames: number, seed: number): readonly Run[] {
  const worlds = Math.ceil(frames / FRAMES_A_WORLD);
  const cores = Math.min(availableParallelism(), worlds);
  return Array.from({ length: cores }, (_, core) => {
    const own = Math.ceil((worlds - core) / cores);
    const hasLast = (worlds - 1) % cores === core;
    const missing = hasLast ? worlds * FRAMES_A_WORLD - frames : 0;
    return { frames: own * FRAMES_A_WORLD - missing, seed: seed + core, step: cores };
  });
}

function runWorker(run: Run): Promise<Report> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: run });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function storyOf({ seed, step, input, problem }: Finding): string {
  return [
    `Seed ${seed}, step ${step}: ${problem}`,
    JSON.stringify(input, null, 2),
    `Again: npm run fuzz -- --frames ${FRAMES_A_WORLD} --seed ${seed}`,
  ].join('\n');
}

function summaryOf(reports: readonly Report[], seconds: number): string {
  const frames = reports.reduce((sum, report) => sum + report.frames, 0);
  const met = new Map<string, number>();
  for (const [what, count] of reports.flatMap((report) => Object.entries(report.met)))
    met.set(what, (met.get(what) ?? 0) + count);
  const counts = [...met].sort(([, a], [, b]) => b - a).map(([what, count]) => `${what} ${count}`);
  const failed = reports.filter(({ finding }) => finding !== null).length;
  return [
    counts.join(', '),
    `${frames} frames in ${seconds.toFixed(1)} s (${(frames / seconds).toFixed(0)} a second)`,
    failed === 0 ? 'Nothing was found.' : `${failed} found.`,
  ].join('\n');
}
