// `npm run bench:bundle`: how large each function is and how long it takes from nothing to its first answer. Exits with 1 when a
// function is larger than its budget; times are told and not judged.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { wholeNumber } from '../arguments.ts';
import budgets from './budgets.json' with { type: 'json' };
import { bundle, FUNCTIONS } from './bundle/bundling.ts';
import type { Bundle } from './bundle/bundling.ts';
import type { FirstAnswer } from './bundle/first-call.ts';
import { firstAnswers } from './bundle/measuring.ts';
import { thisMachine } from './machine.ts';

interface Flags {
  readonly runs: number;
  readonly why?: string;
  readonly json?: string;
}

/** Of some times in ms. */
interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

interface Row {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly zipped: number;
  readonly budget: number | undefined;
  readonly imported: Spread | null;
  /** From before the import to the first answer. */
  readonly answered: Spread | null;
}

const BUDGETS: Readonly<Record<string, number>> = budgets.bundle;
/** How many origins of a bundle's bytes `--why` shows. */
const WEIGHTIEST = 40;

const flags = new Command('bench:bundle')
  .description('Bundles every function as it is packaged and measures its size and its start.')
  .option('--runs <count>', 'first calls of each function, 0 for sizes alone', wholeNumber(0, 1_000), 20)
  .addOption(new Option('--why <function>', 'where the bytes of this function come from').choices(FUNCTIONS))
  .option('--json <file>', 'write all figures there')
  .parse()
  .opts<Flags>();

if (flags.why === undefined) await measure();
else console.log(weightsText(await bundle(flags.why)));

async function measure(): Promise<void> {
  const bundles = await Promise.all(FUNCTIONS.map(bundle));
  const answers = await firstAnswers(bundles, flags.runs);
  const rows = bundles.map((each) => rowOf(each, answers.get(each.name) ?? []));
  const machine = thisMachine();
  console.log(tableText(rows));
  console.log(
    `\n${flags.runs} starts of each on ${machine.cpu} (${machine.cores} cores), Node ${machine.node}`,
  );
  if (flags.json !== undefined) {
    await mkdir(dirname(flags.json), { recursive: true });
    await writeFile(
      flags.json,
      `${JSON.stringify({ machine, runs: flags.runs, functions: rows }, null, 1)}\n`,
    );
  }
  for (const { name, size, budget } of rows) {
    if (budget !== undefined && size <= budget) continue;
    console.error(
      budget === undefined
        ? `${name} has no budget in scripts/bench/budgets.json`
        : `${name} is ${kilobytes(size - budget)} KB above its budget: npm run bench:bundle -- --why ${name}`,
    );
    process.exitCode = 1;
  }
}

function rowOf({ name, size, zipped }: Bundle, answers: readonly FirstAnswer[]): Row {
  return {
    name,
    size,
    zipped,
    budget: BUDGETS[name],
    imported: spreadOf(answers.map(({ imported }) => imported)),
    answered: spreadOf(answers.map(({ answered }) => answered)),
  };
}

function spreadOf(times: readonly number[]): Spread | null {
  const sorted = [...times].sort((a, b) => a - b);
  const [min, max] = [sorted.at(0), sorted.at(-1)];
  const median = sorted.at(Math.floor(sorted.length / 2));
  return min === undefined || max === undefined || median === undefined ? null : { median, min, max };
}

function tableText(rows: readonly Row[]): string {
  const head = ['function', 'KB', 'gzip', 'budget', 'import ms', 'first answer ms', 'min', 'max'];
  const lines = rows.map(({ name, size, zipped, budget, imported, answered }) => [
    name,
    kilobytes(size),
    kilobytes(zipped),
    budget === undefined ? '-' : kilobytes(budget),
    ms(imported?.median),
    ms(answered?.median),
    ms(answered?.min),
    ms(answered?.max),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => (line[column] ?? '').length)),
  );
  return [head, ...lines]
    .map((line) => line.map((cell, i) => pad(cell, widths[i] ?? 0, i)).join('  '))
    .join('\n');
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

function ms(time: number | undefined): string {
  return time === undefined ? '-' : time.toFixed(0);
}

function weightsText({ name, size, weights }: Bundle): string {
  const shown = weights.slice(0, WEIGHTIEST);
  const rest = size - shown.reduce((sum, { bytes }) => sum + bytes, 0);
  const lines = [...shown, { from: 'everything else, and what joins it', bytes: rest }];
  return [
    `${name}: ${kilobytes(size)} KB`,
    ...lines.map(({ from, bytes }) => `${kilobytes(bytes).padStart(7)}  ${from}`),
  ].join('\n');
}
