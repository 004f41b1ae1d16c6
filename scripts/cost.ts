// `npm run cost`: plays reference games on the benchmark's cloud, counts what AWS would bill, and prints the bill of a game, of a
// month, and of the alternatives. Exits with 1 when a budget (scripts/bench/budgets.json) is missed.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import budgets from './bench/budgets.json' with { type: 'json' };
import { costReport, costText, missedCosts } from './cost/report.ts';
import { standingOfSources, standingOfTemplate } from './cost/monthly.ts';
import { measureUsage, REFERENCE } from './cost/reference.ts';

interface Flags {
  readonly games: number;
  readonly rounds: number;
  readonly seed: number;
  readonly template?: string;
  readonly json?: string;
  readonly details?: true;
}

const flags = new Command('cost')
  .description('Counts what AWS would bill for a game, and what that comes to in a month.')
  .option('--games <count>', 'games to average, side by side', wholeNumber(1, 50), 3)
  .option('--rounds <count>', 'rounds of each', wholeNumber(1, 100), REFERENCE.rounds)
  .option('--seed <number>', 'decides moves and times', wholeNumber(0, 1_000_000), 1)
  .option(
    '--template <file>',
    'a packaged template, to count alarms and queues in it instead of in its sources',
  )
  .option('--details', 'also by API call and by kind of message')
  .option('--json <file>', 'write all figures there')
  .parse()
  .opts<Flags>();

const measured = await measureUsage(flags);
const root = new URL('../', import.meta.url);
const standing = flags.template === undefined ? standingOfSources(root) : standingOfTemplate(flags.template);
const report = costReport(measured, standing);
console.log(costText(report));
if (flags.details === true) console.table(measured.details);
if (flags.json !== undefined) {
  await mkdir(dirname(flags.json), { recursive: true });
  await writeFile(flags.json, `${JSON.stringify(report, null, 1)}\n`);
}
const missed = missedCosts(report, budgets.cost);
for (const line of missed) console.error(`Missed: ${line}`);
if (missed.length > 0) process.exitCode = 1;

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}
