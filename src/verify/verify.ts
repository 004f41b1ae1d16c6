// Verifies a room's log: every deal against its seed and commitment, every move, turn and score against the rules. When the log
// does not hold together, it says which event would set it right if it were another. Runs in browsers and in Node.

import { deal, dealStrong } from '../game/deal.ts';
import type { Hand } from '../game/pieces.ts';
import { SEATS } from '../game/seats.ts';
import type { BySeat } from '../game/seats.ts';
import { readEntry, typeOf } from './log.ts';
import type { Entry } from './log.ts';
import { judge, problemOfEnd } from './referee.ts';
import { EMPTY_TABLE, isObjection } from './table.ts';
import type { Game, Seeds, Table } from './table.ts';
import { suspectsOf } from './suspects.ts';

/** An event of the log: its place in it from 1 on, its commit, and the type that it claims to be of. */
export interface EventRef {
  readonly place: number;
  readonly seq: number | null;
  readonly type: string;
}
export interface Wrong {
  /** One event; several when any of them, if it were another, would set the log right. */
  readonly suspects: readonly EventRef[];
  /** What does not hold, and at which event that shows. */
  readonly problem: string;
  readonly at: EventRef;
}

/**
 * `playing` and `cut short`: the seed is not told, yet or ever, so only what lay on the table could be checked; the second
 * is the state of a round that was in play when its game ended.
 */
export type RoundState = 'verified' | 'playing' | 'cut short';
export interface RoundReport {
  readonly game: number;
  readonly round: number;
  readonly deals: number;
  readonly turns: number;
  readonly state: RoundState;
}
export interface GameReport {
  readonly game: number;
  /** Null while it runs. */
  readonly outcome: string | null;
  /** Names, and totals as far as rounds were scored. */
  readonly winners: readonly string[];
  readonly totals: Readonly<Record<string, number>>;
}
export interface Verification {
  readonly ok: boolean;
  readonly events: number;
  readonly commits: number;
  readonly games: readonly GameReport[];
  readonly rounds: readonly RoundReport[];
  readonly wrong: Wrong | null;
}

/** Verifies the events of a log, in their order and from its beginning. */
export async function verify(said: readonly unknown[]): Promise<Verification> {
  const entries: Entry[] = [];
  for (const [index, each] of said.entries()) {
    const entry = readEntry(each);
    if (typeof entry !== 'string') {
      entries.push(entry);
      continue;
    }
    const at = { place: index + 1, seq: null, type: typeOf(each) };
    return reportOf(entries, [], { suspects: [at], problem: entry, at });
  }
  const seeds = await openSeeds(entries);
  const tables: Table[] = [EMPTY_TABLE];
  for (const [index, entry] of entries.entries()) {
    const ruling = judge(tables[index] ?? EMPTY_TABLE, entry, seeds);
    if (isObjection(ruling)) {
      const suspects = suspectsOf({ entries, tables, index, objection: ruling, seeds });
      return reportOf(entries, tables, {
        suspects: suspects.map((each) => refOf(entries, each)),
        problem: ruling.problem,
        at: refOf(entries, index),
      });
    }
    tables.push(ruling);
  }
  const end = problemOfEnd(tables.at(-1) ?? EMPTY_TABLE);
  const last = refOf(entries, entries.length - 1);
  return reportOf(entries, tables, end === null ? null : { suspects: [last], problem: end, at: last });
}

function refOf(entries: readonly Entry[], index: number): EventRef {
  const entry = entries[index];
  return { place: index + 1, seq: entry?.seq ?? null, type: entry?.event.type ?? 'no event' };
}

// ---- Seeds ----

/** All seeds of a log with their digests, which WebCrypto gives only by and by. */
async function openSeeds(entries: readonly Entry[]): Promise<Seeds> {
  const told = entries.flatMap(({ event }) => (event.type === 'Dealt' ? (event.proof.seed ?? []) : []));
  const digests = new Map<string, string>();
  for (const seed of new Set(told)) digests.set(seed, await sha256(seed));
  const dealt = new Map<string, BySeat<Hand>>();
  return {
    digestOf: (seed) => digests.get(seed) ?? '',
    handsOf: (seed, how) => {
      if (!/^[0-9a-f]{64}$/.test(seed)) return null;
      const key = `${how} ${seed}`;
      const hands = dealt.get(key) ?? (how === 'first draw' ? deal(seed, 0) : dealStrong(seed));
      dealt.set(key, hands);
      return hands;
    },
  };
}

/** Of the text's UTF-8 bytes, in lower-case hex. */
/** The commitment to a seed: SHA-256 of its text, as hex. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// ---- Reports ----

function reportOf(entries: readonly Entry[], tables: readonly Table[], wrong: Wrong | null): Verification {
  const judged = entries.slice(0, Math.max(0, tables.length - 1));
  return {
    ok: wrong === null,
    events: entries.length,
    commits: new Set(entries.map(({ seq }) => seq)).size,
    games: judged.flatMap((entry, index) => gameReport(entry, judged.slice(index + 1), tables, index)),
    rounds: roundsOf(judged, tables),
    wrong,
  };
}

function gameReport(
  { event }: Entry,
  later: readonly Entry[],
  tables: readonly Table[],
  index: number,
): readonly GameReport[] {
  if (event.type !== 'GameStarted') return [];
  const end = later.findIndex((entry) => entry.event.type === 'GameEnded');
  const ended = later[end]?.event;
  const table = tables[end === -1 ? tables.length - 1 : index + end + 2];
  if (table?.game == null) return [];
  const names = SEATS.map((seat) => table.seats[seat]?.name ?? '');
  const { totals } = table.game;
  return [
    {
      game: event.game,
      outcome: ended?.type === 'GameEnded' ? ended.outcome : null,
      winners: ended?.type === 'GameEnded' ? ended.winners.map((seat) => names[seat - 1] ?? '') : [],
      totals: Object.fromEntries(SEATS.map((seat) => [names[seat - 1] ?? '', totals[seat]])),
    },
  ];
}

function roundsOf(judged: readonly Entry[], tables: readonly Table[]): readonly RoundReport[] {
  const rounds = new Map<string, RoundReport>();
  for (const [index, { event }] of judged.entries()) {
    const table = tables[index + 1];
    if (table?.game?.round == null) continue;
    const { round, number } = table.game;
    const key = `${number} ${round.number}`;
    const known = rounds.get(key) ?? { game: number, round: round.number, deals: 0, turns: 0 };
    rounds.set(key, {
      ...known,
      deals: known.deals + Number(event.type === 'Dealt'),
      turns: known.turns + Number(event.type === 'TurnResolved'),
      state: stateOf(table.game, table.stage),
    });
  }
  return [...rounds.values()];
}

function stateOf({ phase }: Game, stage: Table['stage']): RoundState {
  if (phase.name === 'scored') return 'verified';
  return stage === 'playing' ? 'playing' : 'cut short';
}
