// The figures of `npm run cost` from what was counted, as data and as text, and which budgets they miss.

import { billOf, costOf } from '../../src/app/prices.ts';
import type { Bill } from '../../src/app/prices.ts';
import { textTable } from '../bench/table.ts';
import { STORED } from './ledger.ts';
import { ALTERNATIVES, crossingAt, dollarsOf, idleMonth, playedMonth } from './monthly.ts';
import type { MonthlyLine, Standing } from './monthly.ts';
import { FLOOR_MESSAGES, ownReferenceUsage, REFERENCE, referenceUsage } from './reference.ts';
import type { Measured } from './reference.ts';
import type { OwnBill } from './own-bill.ts';

export interface CostReport {
  readonly measured: Measured;
  readonly bill: Bill;
  /** Keeping the log of a game for its days, with recovery; dollars. */
  readonly storage: number;
  readonly game: number;
  readonly floor: number;
  readonly timesFloor: number;
  /** What the game says of itself, on the operator's page; dollars. */
  readonly own: number;
  readonly idle: readonly MonthlyLine[];
  readonly idleDollars: number;
  /** Metrics of the alarms that a stage may have besides. */
  readonly moreAlarms: number;
  readonly fixedDollars: number;
  /** Dollars a month by games a month. */
  readonly months: readonly { readonly games: number; readonly dollars: number }[];
  readonly alternatives: Readonly<
    Record<keyof typeof ALTERNATIVES, { readonly dollars: number; readonly crossing: number }>
  >;
}

const GAMES_A_MONTH = [0, 1_000, 10_000, 100_000];
/** The setting's default; a stage that keeps logs for longer pays for it. */
const HISTORY_DAYS = 7;
const DAYS_A_MONTH = 30.4;

export function costReport(measured: Measured, standing: Standing): CostReport {
  const bill = billOf(referenceUsage(measured));
  const gigabytes = ((measured.details[STORED] ?? 0) * (REFERENCE.moves / measured.moves)) / 1e9;
  const gigabyteMonths = (gigabytes * HISTORY_DAYS) / DAYS_A_MONTH;
  const storage = costOf('tableStorage', gigabyteMonths) + costOf('tableRecovery', gigabyteMonths);
  const game = bill.dollars + storage;
  const floor = costOf('webSocketMessages', FLOOR_MESSAGES);
  const idle = idleMonth(standing);
  const idleDollars = dollarsOf(idle);
  const fixedDollars = dollarsOf(playedMonth(standing));
  const against = (alternative: keyof typeof ALTERNATIVES) => {
    const dollars = dollarsOf(ALTERNATIVES[alternative]);
    return { dollars, crossing: crossingAt(dollars, fixedDollars, game) };
  };
  return {
    measured,
    bill,
    storage,
    game,
    floor,
    timesFloor: game / floor,
    own: billOf(ownReferenceUsage(measured)).dollars,
    idle,
    idleDollars,
    moreAlarms: standing.moreAlarms,
    fixedDollars,
    months: GAMES_A_MONTH.map((games) => ({
      games,
      dollars: games === 0 ? idleDollars : fixedDollars + games * game,
    })),
    alternatives: { ec2: against('ec2'), hybrid: against('hybrid') },
  };
}

export interface CostBudgets {
  readonly timesFloor: number;
  readonly idleDollars: number;
  readonly hybridCrossing: number;
}

/** What is over its budget, in words. */
export function missedCosts(report: CostReport, budgets: CostBudgets): readonly string[] {
  const { timesFloor, idleDollars, alternatives } = report;
  const { crossing } = alternatives.hybrid;
  return [
    timesFloor > budgets.timesFloor
      ? `a game costs ${timesFloor.toFixed(2)} times the floor, of ${budgets.timesFloor}`
      : null,
    idleDollars > budgets.idleDollars
      ? `a month without a game costs $${idleDollars.toFixed(2)}, of $${budgets.idleDollars}`
      : null,
    crossing < budgets.hybridCrossing
      ? `the hybrid is cheaper from ${crossing} games a month, not from ${budgets.hybridCrossing}`
      : null,
  ].filter((line) => line !== null);
}

export function costText(report: CostReport): string {
  const { measured, bill, storage, game, floor, timesFloor, months, alternatives } = report;
  const { games, rounds, moves, minutes } = measured;
  return [
    `Counted: ${games} games of ${rounds / games} rounds, ${moves} moves in all, ${minutes.toFixed(0)} min; brought to ${REFERENCE.humans} humans, ${REFERENCE.rounds} rounds, ${REFERENCE.turns} turns, ${REFERENCE.moves} moves, ${REFERENCE.minutes} min.`,
    '',
    textTable(
      ['a game', 'units', 'of', '$'],
      [
        ...bill.lines.map(({ service, unit, units, dollars }) => [
          service,
          units.toFixed(1),
          unit,
          dollars.toFixed(6),
        ]),
        ['DynamoDB', HISTORY_DAYS.toString(), 'days of its log stored, with recovery', storage.toFixed(6)],
        ['total', '', '', game.toFixed(6)],
        ['floor', FLOOR_MESSAGES.toString(), 'messages of an ideal protocol', floor.toFixed(6)],
        ['ratio', '', '', timesFloor.toFixed(2)],
        ["by the game's own bill", '', 'without what came before it', report.own.toFixed(6)],
      ],
    ),
    '',
    textTable(
      ['function', 'runs', 'ms a run', 'GB-s'],
      Object.entries(measured.functions).map(([name, { runs, ms, mbMs }]) => [
        name,
        (runs * (REFERENCE.moves / moves)).toFixed(0),
        (ms / runs).toFixed(1),
        ((mbMs / 1_024_000) * (REFERENCE.moves / moves)).toFixed(2),
      ]),
    ),
    '',
    textTable(
      ['a month without a game', '$'],
      [
        ...report.idle.map(({ what, price, units }) => [what, costOf(price, units).toFixed(2)]),
        ['total', report.idleDollars.toFixed(2)],
        ...(report.moreAlarms === 0
          ? []
          : [
              [
                `with moreAlarms, ${report.moreAlarms} more`,
                (report.idleDollars + costOf('alarms', report.moreAlarms)).toFixed(2),
              ],
            ]),
      ],
    ),
    '',
    textTable(
      ['games a month', 'ours, $', 'EC2, $', 'hybrid, $'],
      months.map(({ games: each, dollars }) => [
        each.toLocaleString('en'),
        dollars.toFixed(2),
        alternatives.ec2.dollars.toFixed(2),
        alternatives.hybrid.dollars.toFixed(2),
      ]),
    ),
    '',
    `Ours costs as much as EC2 at ${alternatives.ec2.crossing.toLocaleString('en')} games a month and as the hybrid at ${alternatives.hybrid.crossing.toLocaleString('en')}; beyond that it is dearer as long as their two small machines can carry the games.`,
  ].join('\n');
}

/** A real game's own bill, with what a move of it comes to beside what one of the reference game does. */
export function ownBillText({ played, bill }: OwnBill): string {
  const { rounds, moves, ms } = played;
  return [
    `Played: ${rounds} rounds, ${moves} moves, ${(ms / 1_000).toFixed(0)} s. What the game says it has used, from its start to its end:`,
    '',
    textTable(
      ['service', 'units', 'a move', 'of', '$'],
      [
        ...bill.lines.map(({ service, unit, units, dollars }) => [
          service,
          units.toFixed(1),
          (units / moves).toFixed(2),
          unit,
          dollars.toFixed(6),
        ]),
        ['total', '', '', '', bill.dollars.toFixed(6)],
      ],
    ),
    '',
    `A move has cost $${(bill.dollars / moves).toFixed(8)}; in the reference game as printed by \`npm run cost\` it is the total over ${REFERENCE.moves}.`,
  ].join('\n');
}
