/** The benchmarks as they are called: small ones, to see that everything is measured. How long anything took is not asserted. */
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EVERY_MOVE, FIRST_TURN, MACHINE, MOVES } from '../../scripts/bench/run.ts';
import type { Summary } from '../../scripts/bench/measures.ts';
import type { Class } from '../../scripts/bench/run.ts';
import type { Report } from '../../scripts/bench/report.ts';
import { ROOT } from '../support/documents.ts';

const PATIENCE_MS = 120_000;

describe('npm run bench:latency', () => {
  it(
    'measures every class of moves, their parts add up, and the naive variant makes the same moves',
    async () => {
      const { text, report } = await bench('--games', '2', '--rounds', '1', '--no-bare', '--hedge', '5');
      const { classes, moves } = report.run;
      expect(Object.keys(classes)).toEqual(
        expect.arrayContaining([...MOVES, EVERY_MOVE, MACHINE, FIRST_TURN]),
      );
      const counted = MOVES.map((name) => classes[name]?.last.n ?? 0).reduce((sum, n) => sum + n, 0);
      expect(counted).toBe(moves);
      expect(Object.keys(classes).filter((name) => !addsUp(classes[name]))).toEqual([]);
      expect(report.naive?.moves).toBeGreaterThanOrEqual(moves);
      expect(report.run.hedged).toBeGreaterThan(0);
      expect(text).toContain(report.disclaimer);
    },
    PATIENCE_MS,
  );
});

/** A path's parts are its whole; histograms keep three digits. */
function addsUp(found: Class | undefined): boolean {
  if (found === undefined) return false;
  const { last, lastPath, reply, replyPath } = found;
  return isSum(last, Object.values(lastPath)) && isSum(reply, Object.values(replyPath));
}

function isSum(whole: Summary, parts: readonly Summary[]): boolean {
  if (parts.length === 0) return true;
  const sum = parts.reduce((total, { mean }) => total + mean, 0);
  return Math.abs(sum - whole.mean) <= 0.02 * whole.mean + 0.1;
}

/** Runs it; a missed budget (exit code 1) is none of this test's business. */
async function bench(
  ...flags: readonly string[]
): Promise<{ readonly text: string; readonly report: Report }> {
  const folder = await mkdtemp(join(tmpdir(), 'liap-bench-'));
  try {
    const file = join(folder, 'latency.json');
    const { stdout, exitCode, stderr } = await execa(
      process.execPath,
      ['scripts/bench/latency.ts', '--json', file, ...flags],
      { cwd: ROOT, reject: false },
    );
    if (exitCode !== 0 && !stderr.startsWith('Missed')) throw new Error(stderr);
    return { text: stdout, report: JSON.parse(await readFile(file, 'utf8')) as Report };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
