// What a load run says: lines while it runs, tables at the end, and which budgets it broke.

import type { Latency } from './figures.ts';
import type { Progress, Report } from './run.ts';

/** What a run may not exceed; null: no matter. Latencies are of the last seat of a move, ms. */
export interface Budgets {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly errors: number | null;
}

const STAGES: Readonly<Record<Progress['stage'], string>> = {
  ramp: 'Opening rooms',
  measuring: 'Measuring',
  ending: 'Ending',
};

/** How far it is, in one line. */
export function progressLine(progress: Progress): string {
  const { stage, rooms, wanted, elapsed, measured } = progress;
  const { moves, lastSeat } = { moves: measured.counts.moves, lastSeat: measured.moves.lastSeat };
  return [
    `${STAGES[stage]}, ${elapsed.toFixed(0)} s: ${rooms} of ${wanted} rooms`,
    `${moves} moves (${rateOf(moves, measured.seconds)} a second)`,
    `last seat p50 ${shown(lastSeat.p50)}, p99 ${shown(lastSeat.p99)} ms`,
    `${total(measured.errors)} errors`,
  ].join(', ');
}

/** The same as a screen that is drawn again and again. */
export function progressScreen(progress: Progress): string {
  const { measured, note } = progress;
  return [
    progressLine(progress),
    '',
    ...latencyTable(measured),
    '',
    countsLine(measured),
    ...(note === null ? [] : [note]),
  ].join('\n');
}

/** The whole report, to be read. */
export function reportText(report: Report): string {
  const { options, rooms, movesASecond, seconds, client } = report;
  const wanted = options.rate === null ? 'as fast as the game allows' : `${options.rate} wanted`;
  return [
    `${rooms.length} rooms of four at ${options.url}, ${seconds.toFixed(1)} s: ${report.counts.moves} moves, ${movesASecond} a second (${wanted}).`,
    '',
    ...latencyTable(report),
    '',
    countsLine(report),
    `Last seat without the moves that waited unsent: p50 ${shown(report.moves.lastSeatUncorrected.p50)}, p99 ${shown(report.moves.lastSeatUncorrected.p99)} ms.`,
    `In all ${report.total.moves} moves and ${report.total.games} games, opening and end included.`,
    `This process used ${(client.cpu * 100).toFixed(0)} % of one of ${client.cores} cores; its timers were at most ${shown(client.lateP99)} ms late (p99).`,
  ].join('\n');
}

/** A sentence for each budget that was broken. A run that measured nothing keeps none. */
export function brokenBudgets(report: Report, budgets: Budgets): readonly string[] {
  const { lastSeat } = report.moves;
  const latencies = (['p50', 'p99'] as const).flatMap((name) => {
    const budget = budgets[name];
    if (budget === null) return [];
    if (lastSeat.count === 0) return [`No move was measured, so the budget for ${name} is not kept.`];
    return lastSeat[name] > budget
      ? [`The last seat's ${name} is ${shown(lastSeat[name])} ms, the budget is ${budget} ms.`]
      : [];
  });
  const errors = total(report.errors);
  if (budgets.errors === null || errors <= budgets.errors) return latencies;
  return [...latencies, `There were ${errors} errors, the budget is ${budgets.errors}.`];
}

function countsLine({ counts, errors }: Pick<Report, 'counts' | 'errors'>): string {
  const codes = Object.entries(errors).map(([code, count]) => `${code} ${count}`);
  const { commands, games, reconnects } = counts;
  return `${commands} commands, ${games} games started, ${reconnects} reconnects, errors: ${codes.join(', ') || 'none'}`;
}

function latencyTable({
  moves,
  commands,
  ping,
  health,
}: Pick<Report, 'moves' | 'commands' | 'ping' | 'health'>) {
  const rows: readonly (readonly [string, Latency])[] = [
    ['moves: own reply', moves.reply],
    ['moves: last seat', moves.lastSeat],
    ...Object.entries(commands).flatMap(([event, { reply, lastSeat }]) => [
      [`${event}: own reply`, reply] as const,
      [`${event}: last seat`, lastSeat] as const,
    ]),
    ['ping', ping],
    ['GET /api/health', health],
  ];
  const heads = ['count', 'mean', 'p50', 'p95', 'p99', 'max'];
  const width = Math.max(...rows.map(([name]) => name.length));
  const cells = (values: readonly string[]): string => values.map((value) => value.padStart(9)).join('');
  return [
    `${'ms'.padEnd(width)}${cells(heads)}`,
    ...rows.map(([name, { count, mean, p50, p95, p99, max }]) => {
      const latencies = [mean, p50, p95, p99, max].map((ms) => (count === 0 ? '-' : shown(ms)));
      return `${name.padEnd(width)}${cells([String(count), ...latencies])}`;
    }),
  ];
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function rateOf(count: number, seconds: number): string {
  return seconds === 0 ? '0' : (count / seconds).toFixed(1);
}

function shown(ms: number): string {
  return ms.toFixed(1);
}
