// The latency benchmark's report: its shape, its text, and whether its budgets are kept.

import type { Machine } from './machine.ts';
import { STEPS } from './measures.ts';
import type { Step, Summary } from './measures.ts';
import type { Profile } from './profile.ts';
import { EVERY_MOVE, FIRST_TURN, MACHINE, MOVES, RECONNECT } from './run.ts';
import type { Class, Run } from './run.ts';
import { textTable } from './table.ts';

export interface Report {
  readonly machine: Machine;
  readonly command: string;
  readonly disclaimer: string;
  readonly profile: Profile;
  readonly run: Run;
  /** The same moves by the naive variant. */
  readonly naive: Run | null;
  /** Without the profile: as fast as this machine is. */
  readonly bare: Run | null;
  /** How many times as fast as the baseline the run without the profile is. */
  readonly factors: Readonly<Record<string, number>>;
  readonly variants: Readonly<Record<string, Run>>;
}

/** The previous, in-memory backend: ms from a move to the mover's own `phase_change`; 44 moves, four clients, one machine. */
export const BASELINE = { p50: 506, p99: 1_110 };

/** ms under the profile for all moves, and how many times as fast as the baseline a move is without it. */
export interface Budgets {
  readonly last: { readonly p50: number; readonly p99: number };
  readonly reply: { readonly p50: number; readonly p99: number };
  readonly fasterThanBaseline: number;
}

/** A line for each budget that is not kept. */
export function missedBudgets({ run, factors }: Report, budgets: Budgets): readonly string[] {
  const every = run.classes[EVERY_MOVE];
  if (every === undefined) return ['no move was measured'];
  const over = (['last', 'reply'] as const).flatMap((what) =>
    (['p50', 'p99'] as const).flatMap((share) => {
      const [is, most] = [every[what][share], budgets[what][share]];
      return is <= most ? [] : [`${TITLES[what]}, ${share}: ${is.toFixed(1)} ms of ${most}`];
    }),
  );
  const slow = Object.entries(factors).flatMap(([share, factor]) =>
    factor >= budgets.fasterThanBaseline
      ? []
      : [
          `without the profile, ${share}: ${factor.toFixed(1)} times as fast as the baseline, not ${budgets.fasterThanBaseline}`,
        ],
  );
  return [...over, ...slow];
}

const TITLES = { last: "the last seat's frame", reply: "the sender's reply" } as const;

/** How many times as fast as the baseline the mover's own `phase_change` is without the profile. */
export function factorsOf(bare: Run | null): Readonly<Record<string, number>> {
  const every = bare?.classes[EVERY_MOVE];
  if (every === undefined) return {};
  return { p50: BASELINE.p50 / every.reply.p50, p99: BASELINE.p99 / every.reply.p99 };
}

/** Everything as text for a terminal. */
export function latencyText(report: Report): string {
  const { machine, run, naive, bare, factors, variants, disclaimer } = report;
  const parts = [
    `Latency, ms. ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.at}`,
    `Under the profile: ${disclaimer}. ${run.games} games at once, ${run.moves} moves in ${run.seconds} s of virtual time, in which a function's own work takes the processor time it took here.`,
    classTable(run),
    `Left out: ${run.cold} events that a new function instance ran for the first time. Decided without a read: ${run.unread} moves.`,
    `Where the time goes, every move, to the last seat's frame and to the sender's reply`,
    pathTable(run.classes[EVERY_MOVE]),
    'Calls, on a path or beside it',
    callTable(run),
    ...(naive === null
      ? []
      : ['The naive variant, the same moves under the same profile', classTable(naive)]),
    ...(Object.keys(variants).length === 0
      ? []
      : ['Variants, every move', variantTable({ 'as it is': run, ...variants })]),
    ...(bare === null ? [] : bareText(bare, factors)),
  ];
  return parts.join('\n\n');
}

function bareText(bare: Run, factors: Report['factors']): readonly string[] {
  const [p50 = 0, p99 = 0] = [factors['p50'], factors['p99']];
  return [
    `Without the profile, as fast as this machine is: ${bare.games} games at once, ${bare.moves} moves, no pauses.`,
    classTable(bare),
    `A move to the mover's own phase_change: ${p50.toFixed(0)} times as fast as the previous backend at p50 (${BASELINE.p50} ms), ${p99.toFixed(0)} times at p99 (${BASELINE.p99} ms).`,
  ];
}

/** The classes that are shown, in this order. */
export const SHOWN: readonly string[] = [...MOVES, EVERY_MOVE, MACHINE, FIRST_TURN, RECONNECT, 'ping'];

function classTable({ classes }: Run): string {
  const others = Object.keys(classes).filter(
    (label) => label.includes(', then ') && !label.endsWith('nothing to see'),
  );
  const rows = [...SHOWN, ...others].flatMap((label) => {
    const found = classes[label];
    if (found === undefined) return [];
    return [[label, ...figuresOf(found.reply), ...figuresOf(found.last)]];
  });
  const figures = ['n', 'p50', 'p95', 'p99', 'max'];
  return textTable(
    ['', ...figures.map((name) => `reply ${name}`), ...figures.map((name) => `last ${name}`)],
    rows,
  );
}

function figuresOf({ n, p50, p95, p99, max }: Summary): readonly (string | number)[] {
  return n === 0 ? ['', '', '', '', ''] : [String(n), p50, p95, p99, max];
}

function pathTable(found: Class | undefined): string {
  const cell = (summary: Summary | undefined): readonly (string | number)[] =>
    summary === undefined ? ['', '', ''] : [summary.mean, summary.p50, summary.p99];
  const rows = STEPS.filter((step: Step) => found?.lastPath[step] ?? found?.replyPath[step]).map((step) => [
    step,
    ...cell(found?.lastPath[step]),
    ...cell(found?.replyPath[step]),
  ]);
  return textTable(['', 'last mean', 'p50', 'p99', 'reply mean', 'p50', 'p99'], rows);
}

function callTable({ calls }: Run): string {
  const rows = Object.entries(calls).map(([call, { n, mean, p50, p99 }]) => [
    call,
    String(n),
    mean,
    p50,
    p99,
  ]);
  return textTable(['', 'n', 'mean', 'p50', 'p99'], rows);
}

function variantTable(runs: Readonly<Record<string, Run>>): string {
  const rows = Object.entries(runs).flatMap(([name, { classes, messages, moves, hedged }]) => {
    const every = classes[EVERY_MOVE];
    if (every === undefined) return [];
    const { last, reply } = every;
    return [[name, last.p50, last.p99, reply.p50, reply.p99, (messages / moves).toFixed(2), String(hedged)]];
  });
  return textTable(
    ['', 'last p50', 'last p99', 'reply p50', 'reply p99', 'messages a move', 'second posts'],
    rows,
  );
}
