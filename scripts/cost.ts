// `npm run cost`: plays reference games on the benchmark's cloud, counts what AWS would bill, and prints the bill of a game, of a
// month, and of the alternatives. Exits with 1 when a budget (scripts/bench/budgets.json) is missed. With `--local` or `--url` a real
// game is played there and its own bill printed instead.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { wholeNumber } from './arguments.ts';
import budgets from './bench/budgets.json' with { type: 'json' };
import { standingOfSources, standingOfTemplate } from './cost/monthly.ts';
import { ownBillAt, ownBillLocally } from './cost/own-bill.ts';
import { measureUsage, REFERENCE } from './cost/reference.ts';
import { costReport, costText, missedCosts, ownBillText } from './cost/report.ts';

interface Flags {
  readonly games: number;
  readonly rounds: number;
  readonly seed: number;
  readonly template?: string;
  readonly local?: true;
  readonly url?: string;
  readonly token?: string;
  readonly pace: number;
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
  .option('--local', 'play one real game on a local cloud and print what it says it has used')
  .option('--url <url>', 'the same at this entry, with its settings')
  .addOption(new Option('--token <token>', 'the operator’s token there').env('ADMIN_TOKEN'))
  .option('--pace <ms>', 'pause before each move there', wholeNumber(0, 600_000), 0)
  .option('--json <file>', 'write all figures there')
  .parse()
  .opts<Flags>();

if (flags.url !== undefined || flags.local === true) await printOwnBill();
else await printReport();

async function printReport(): Promise<void> {
  const measured = await measureUsage(flags);
  const root = new URL('../', import.meta.url);
  const standing =
    flags.template === undefined ? standingOfSources(root) : standingOfTemplate(flags.template);
  const report = costReport(measured, standing);
  console.log(costText(report));
  if (flags.details === true) console.table(measured.details);
  await keep(report);
  const missed = missedCosts(report, budgets.cost);
  for (const line of missed) console.error(`Missed: ${line}`);
  if (missed.length > 0) process.exitCode = 1;
}

async function printOwnBill(): Promise<void> {
  const { url, token, seed, pace } = flags;
  try {
    if (url !== undefined && token === undefined)
      throw new Error('The bill is the operator’s: give --token or ADMIN_TOKEN.');
    const own =
      url === undefined ? await ownBillLocally(flags) : await ownBillAt(url, token ?? '', { seed, pace });
    console.log(ownBillText(own));
    await keep(own);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

async function keep(figures: object): Promise<void> {
  if (flags.json === undefined) return;
  await mkdir(dirname(flags.json), { recursive: true });
  await writeFile(flags.json, `${JSON.stringify(figures, null, 1)}\n`);
}
