// Which event is to blame. Where a log contradicts itself may be far from where it was changed: a declaration shows in the
// scores. So each event that could be the reason is tried otherwise; the one whose smallest change makes the whole log hold
// together is the suspect, and if there are several that do with as little, each of them is.

import { pick } from '../game/sets.ts';
import { SEATS } from '../game/seats.ts';
import type { Entry, ToldEvent, ToldOf } from './log.ts';
import { judge, problemOfEnd } from './referee.ts';
import { isObjection } from './table.ts';
import type { Objection, Seeds, Table } from './table.ts';

interface Case {
  readonly entries: readonly Entry[];
  /** The table before each entry, up to the one objected to. */
  readonly tables: readonly Table[];
  /** Of the entry objected to. */
  readonly index: number;
  readonly objection: Objection;
  readonly seeds: Seeds;
}

/** The indices of the entries to blame, at least one. */
export function suspectsOf(trial: Case): readonly number[] {
  const { entries, index } = trial;
  const first = entries.slice(0, index).findLastIndex(({ event }) => BEGINNINGS.has(event.type));
  if (trial.objection.blame === 'hidden deals') return hiddenDeals(entries, Math.max(0, first), index);
  const repairs: { readonly index: number; readonly size: number }[] = [];
  for (let each = index; each >= Math.max(0, first); each--) {
    for (const other of othersFor(trial, each)) {
      const before = entries[each];
      if (before === undefined || !holds(trial, each, other)) continue;
      repairs.push({ index: each, size: differences(before, other) });
    }
  }
  if (repairs.length === 0) return [index];
  const least = Math.min(...repairs.map(({ size }) => size));
  return [...new Set(repairs.filter(({ size }) => size === least).map((repair) => repair.index))];
}

function hiddenDeals(entries: readonly Entry[], from: number, to: number): readonly number[] {
  return entries.flatMap(({ event }, index) =>
    index >= from && index < to && event.type === 'Dealt' && event.hands === undefined ? [index] : [],
  );
}

/** What is decided before these shows before the next of them. */
const BEGINNINGS: ReadonlySet<string> = new Set(['GameStarted', 'RoundScored', 'GameEnded']);

/** Whether the log holds together to its end with this entry in place of its own. */
function holds({ entries, tables, seeds }: Case, index: number, other: Entry): boolean {
  let table = tables[index];
  if (table === undefined) return false;
  for (const entry of [other, ...entries.slice(index + 1)]) {
    const ruling = judge(table, entry, seeds);
    if (isObjection(ruling)) return false;
    table = ruling;
  }
  return problemOfEnd(table) === null;
}

/** What an entry could have been instead. */
function othersFor(trial: Case, index: number): readonly Entry[] {
  const entry = trial.entries[index];
  if (entry === undefined) return [];
  const { expected } = trial.objection;
  const derived = index === trial.index && expected !== undefined ? [expected] : [];
  const events = [...derived, ...otherEvents(trial, index, entry.event)];
  return [...events.map((event) => ({ ...entry, event })), ...otherPlaces(trial, index, entry)];
}

/** Another commit number or time, for the entry objected to and the one in front of it. */
function otherPlaces({ entries, index: objected }: Case, index: number, entry: Entry): readonly Entry[] {
  if (index < objected - 1) return [];
  const before = entries[index - 1] ?? { seq: 0, at: entry.at };
  const after = entries[index + 1] ?? entry;
  return [
    ...[before.seq, before.seq + 1].map((seq) => ({ ...entry, seq })),
    ...[before.at, after.at].map((at) => ({ ...entry, at })),
    { ...entry, seq: before.seq, at: before.at },
  ].filter((other) => differences(entry, other) > 0);
}

/** Other choices that a player may have had; what follows from the rules is not a choice. */
function otherEvents({ tables }: Case, index: number, event: ToldEvent): readonly ToldEvent[] {
  switch (event.type) {
    case 'RedealDecided':
      return [
        { ...event, accept: !event.accept },
        { ...event, forced: !event.forced },
      ];
    case 'Declared':
      return [...declarations(event), { ...event, forced: !event.forced }];
    case 'Played':
      return [...otherPositions(tables[index], event), { ...event, forced: !event.forced }];
    case 'PlayerReady':
      return SEATS.filter((seat) => seat !== event.seat).map((seat) => ({ ...event, seat }));
    default:
      return [];
  }
}

function declarations(event: ToldOf<'Declared'>): readonly ToldEvent[] {
  return Array.from({ length: 9 }, (_, value) => ({ ...event, value })).filter(
    ({ value }) => value !== event.value,
  );
}

/** The same pieces from other positions, where a hand holds them more than once. */
function otherPositions(table: Table | undefined, event: ToldOf<'Played'>): readonly ToldEvent[] {
  const hand = table?.game?.round?.hands?.[event.seat];
  if (hand === undefined) return [];
  const ways = event.pieces.reduce<readonly (readonly number[])[]>(
    (found, piece) =>
      found.flatMap((positions) =>
        [...hand.keys()]
          .filter((position) => hand[position] === piece && !positions.includes(position))
          .map((position) => [...positions, position]),
      ),
    [[]],
  );
  return ways
    .filter(
      (indices) =>
        indices.join() !== event.indices.join() && pick(hand, indices).join() === event.pieces.join(),
    )
    .map((indices) => ({ ...event, indices }));
}

/** In how many of their parts two values differ. */
function differences(one: unknown, other: unknown): number {
  if (!isContainer(one) || !isContainer(other)) return one === other ? 0 : 1;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].reduce((sum, key) => sum + differences(one[key], other[key]), 0);
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
