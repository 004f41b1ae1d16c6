// `npm run bench:growth`: what a move, the lobby and the operator's page cost as rooms, spectators, people in the lobby and the
// length of a game grow. Exits with 1 when something grows that must not, or costs more than its budget.

import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import * as z from 'zod/mini';
import budgetsFile from './budgets.json' with { type: 'json' };
import { GrowthBudgets, judgeGrowth } from './growth/judge.ts';
import { measureGrowth } from './growth/measure.ts';
import type { Sample, Sizes } from './growth/measure.ts';

const SIZES: Sizes = {
  rooms: [10, 100, 1_000],
  spectators: [0, 2, 20],
  lobby: [10, 100, 1_000, 10_000],
  length: [10, 100, 1_000],
};

const { json } = new Command('bench:growth')
  .description(
    'Counts the table’s calls, units and items and the messages of a move, a list and the statistics as things grow.',
  )
  .option('--json <file>', 'write the samples there as JSON')
  .parse()
  .opts<{ json?: string }>();

const { growth } = z.object({ growth: GrowthBudgets }).parse(budgetsFile);
const samples = await measureGrowth(SIZES, (line) => console.error(`Measuring: ${line}`));
const complaints = judgeGrowth(samples, growth);
console.log(tableOf(samples).join('\n'));
for (const complaint of complaints) console.error(complaint);
console.log(
  complaints.length === 0
    ? 'Flat where it should be, bounded where it cannot be flat.'
    : `${complaints.length} grew.`,
);
if (complaints.length > 0) process.exitCode = 1;
if (json !== undefined)
  await writeFile(
    json,
    `${JSON.stringify({ date: new Date().toISOString(), sizes: SIZES, samples, complaints }, null, 2)}\n`,
  );

function tableOf(all: readonly Sample[]): readonly string[] {
  const heads = [
    'axis',
    'size',
    'operation',
    'calls',
    'RRU',
    'WRU',
    'items',
    'KB read',
    'broadcasts',
    'posts',
    'messages',
    'every s',
  ];
  const rows = all.map(({ axis, size, operation, mean, spacing }) => [
    axis,
    String(size),
    operation,
    Object.entries(mean.calls)
      .map(([name, count]) => `${count} ${name}`)
      .join(', '),
    ...[mean.readUnits, mean.writeUnits, mean.items].map(String),
    (mean.bytes / 1_024).toFixed(1),
    ...[mean.broadcasts, mean.posts, mean.messages].map(String),
    spacing === undefined ? '' : String(spacing),
  ]);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [heads, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
