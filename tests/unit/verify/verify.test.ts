// A log that a room wrote holds together, whatever happened in it; and one in which anything was changed does not.

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { viewerHeader } from '../../../scripts/local/viewer.ts';
import { createHttpApi } from '../../../src/app/http-api.ts';
import { publicEvents } from '../../../src/app/history.ts';
import type { Seat } from '../../../src/game/seats.ts';
import type { PublicEvent } from '../../../src/protocol/http.ts';
import type { EventType } from '../../../src/room/events.ts';
import { applyCommit, NO_RECORD } from '../../../src/room/record.ts';
import type { Commit } from '../../../src/room/record.ts';
import type { Settings } from '../../../src/room/room.ts';
import { readLog } from '../../../src/verify/log.ts';
import { verify } from '../../../src/verify/verify.ts';
import type { Verification } from '../../../src/verify/verify.ts';
import { couldBeWritten, logOf, toldPart } from '../../support/logs.ts';
import { createWorld } from '../../support/memory-ports.ts';
import { happened, playByItself } from '../../support/players.ts';
import { ROOM, STARTED, tableOf } from '../../support/room.ts';

const whims = fc.array(fc.nat({ max: 10_000_000 }), { minLength: 50, maxLength: 500, size: 'max' });
const humans = fc.subarray([2, 3, 4] as const).map((others): readonly Seat[] => [1, ...others]);
const seconds = fc.constantFrom(0, 1, 5);
const settings: fc.Arbitrary<Partial<Settings>> = fc.record({
  maxRounds: fc.integer({ min: 1, max: 4 }),
  winScore: fc.constantFrom(5, 50),
  graceSeconds: seconds,
  botThinkSeconds: seconds,
  turnResultsSeconds: seconds,
  abandonSeconds: fc.constantFrom(8, 300),
});
const logs = fc.tuple(humans, settings, whims).map((made) => logOf(...made));

/** What the endpoint tells of these commits. */
function told(commits: readonly Commit[]): readonly PublicEvent[] {
  return publicEvents(commits, commits.reduce(applyCommit, NO_RECORD));
}
function blamed({ wrong }: Verification): readonly number[] {
  return wrong?.suspects.map(({ place }) => place - 1) ?? [];
}

/** A log up to the first turn whose leader plays right after its start, with both in one commit; null without one. */
function upToLead(commits: readonly Commit[]): readonly Commit[] | null {
  const place = commits.findIndex(({ events: [play] }, index) => {
    const [start, ...more] = commits[index - 1]?.events ?? [];
    return start?.type === 'TurnStarted' && more.length === 0 && play?.type === 'Played' && !play.forced;
  });
  const start = commits[place - 1];
  const lead = commits[place];
  if (start === undefined || lead === undefined) return null;
  const joined = { ...lead, seq: start.seq, events: [...start.events, ...lead.events] };
  return [...commits.slice(0, place - 1), joined];
}

describe('a log that a room wrote holds together', () => {
  test('whatever happened in it', async () => {
    await fc.assert(
      fc.asyncProperty(logs, async (commits) => {
        expect((await verify(told(commits))).wrong).toBeNull();
      }),
      { numRuns: 60, seed: 20_261_124 },
    );
  }, 60_000);

  test('also where a turn began untold: its start stands in the commit of its first play', async () => {
    let joined = 0;
    await fc.assert(
      fc.asyncProperty(whims, async (each) => {
        const settings = { turnResultsSeconds: 5, botThinkSeconds: 0 };
        const commits = upToLead(logOf([1, 2, 3, 4], settings, each));
        if (commits === null) return;
        joined += 1;
        expect((await verify(told(commits))).wrong).toBeNull();
      }),
      { numRuns: 30, seed: 7 },
    );
    expect(joined).toBeGreaterThan(10);
  }, 60_000);

  test('as the endpoint gives it, page by page', async () => {
    const world = createWorld({ settings: { maxRounds: 3 } });
    const secret = () => Promise.resolve('s');
    const api = createHttpApi({
      ...world.ports,
      gateway: { probe: () => Promise.resolve() },
      sessionSecret: secret,
      adminToken: secret,
    });
    happened(world, tableOf([1, 2]).slice(0, 1));
    for (const event of [...tableOf([1, 2]).slice(1), STARTED]) happened(world, [event]);
    const rounds = await playByItself(world);
    const pages: string[] = [];
    for (let after: number | null = 0; after !== null;) {
      const { body } = await api(pageRequest(after));
      pages.push(body);
      after = (JSON.parse(body) as { next: number | null }).next;
    }
    expect(pages.length).toBeGreaterThan(2);
    const log = readLog(pages.join('\n'));
    const verification = await verify(log.events);
    expect(log.room).toBe(ROOM);
    expect(verification.wrong).toBeNull();
    expect(verification.rounds.map(({ state }) => state)).toEqual(Array(rounds).fill('verified'));
    expect(verification.games).toMatchObject([{ game: 1, outcome: 'completed' }]);
  });
});

function pageRequest(after: number): Parameters<ReturnType<typeof createHttpApi>>[0] {
  const path = `/api/rooms/${ROOM}/events`;
  const event = {
    rawPath: path,
    rawQueryString: `after=${after}&limit=50`,
    headers: { authorization: 'Bearer s', ...viewerHeader('s') },
    requestContext: { http: { method: 'GET', path }, domainName: 'api.example' },
  };
  return event as unknown as Parameters<ReturnType<typeof createHttpApi>>[0];
}

// ---- Tampering ----

/** Events that say how a game went. The others say who was there, and nothing else of a log depends on most of that. */
const GAME_EVENTS = [
  ...(['TaskEntered', 'Dealt', 'RedealDecided', 'RoundStarted', 'DeclarationOpened', 'Declared'] as const),
  ...(['TurnStarted', 'Played', 'TurnResolved', 'PlayerReady', 'RoundScored', 'GameEnded'] as const),
] satisfies readonly EventType[];

type Path = readonly string[];

/** Every place in an event that holds something, but for its type and for what others are not told. */
function placesIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value)
    .filter(([key]) => !['type', 'token'].includes(key))
    .flatMap(([key, each]) => placesIn(each, [...path, key]));
  return Array.isArray(value) ? [path, ...inner] : inner;
}

function lookUp(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((place, key) => (place as Readonly<Record<string, unknown>>)[key], value);
}

/** A copy with something else at that place; undefined takes it away. */
function changed<T>(value: T, path: Path, other: unknown): T {
  const copy = JSON.parse(JSON.stringify(value)) as T;
  const key = path.at(-1) ?? '';
  const place = lookUp(copy, path.slice(0, -1)) as Record<string, unknown>;
  if (other === undefined) Reflect.deleteProperty(place, key);
  else place[key] = other;
  return copy;
}

const WORDS = [
  ['preparation', 'declaration', 'turns'],
  ['accepted_redeal', 'has_general_red', 'won_last_turn'],
  ['completed', 'aborted', 'abandoned'],
  ['SINGLE', 'PAIR', 'STRAIGHT', 'INVALID', 'THREE_OF_A_KIND'],
  ['SOLDIER_RED', 'SOLDIER_BLACK', 'GENERAL_RED', 'CANNON_BLACK', 'HORSE_RED'],
];

/** Something else of the same kind, or nothing. */
function otherThan(value: unknown, whim: number): unknown {
  if (whim % 20 === 0) return undefined;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return [value + 1, value - 1, 1 + (whim % 4), 0, value + 2][whim % 5];
  if (Array.isArray(value)) return otherList(value, whim);
  const text = String(value);
  if (/^[0-9a-f]{64}$/.test(text)) return text.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
  const words = WORDS.find((list) => list.includes(text)) ?? WORDS[4] ?? [];
  return words[whim % words.length];
}

function otherList(list: readonly unknown[], whim: number): readonly unknown[] | undefined {
  return [list.slice(1), [...list, list[0] ?? 1], list.toReversed(), list.slice(0, -1)][whim % 4];
}

interface Tampering {
  readonly type: EventType;
  readonly which: number;
  readonly place: number;
  readonly whim: number;
}
const tamperings: fc.Arbitrary<readonly Tampering[]> = fc.array(
  fc.record({ type: fc.constantFrom(...GAME_EVENTS), which: fc.nat(), place: fc.nat(), whim: fc.nat() }),
  { minLength: 12, maxLength: 12 },
);

/** A log with one field of one of its game events changed, before and after it was made public; null when nothing changes. */
function tamper(commits: readonly Commit[], { type, which, place, whim }: Tampering) {
  const found = commits.flatMap(({ events }, commit) =>
    events.flatMap((event, index) => (event.type === type ? [{ commit, index, event }] : [])),
  );
  const chosen = found[which % found.length];
  const places = placesIn(chosen?.event ?? {});
  const path = places[place % places.length];
  if (chosen === undefined || path === undefined) return null;
  const value = lookUp(chosen.event, path);
  const other = otherThan(value, whim);
  if (JSON.stringify(other) === JSON.stringify(value)) return null;
  const { commit, index } = chosen;
  const target = commits.slice(0, commit).flatMap(({ events }) => events).length + index;
  return {
    target,
    commits: changed(commits, [`${commit}`, 'events', `${index}`, ...path], other),
    events: changed(told(commits), [`${target}`, ...path], other),
  };
}

/** The first commits, which only gather the table, are not what these tests are about. */
function gathered(commits: readonly Commit[]): number {
  return commits.findIndex(({ events }) => events[0]?.type === 'GameStarted') + 1;
}

describe('a log in which something was changed', () => {
  test('in any field of any game event is found out, with the right event to blame, unless a room could have written just that', async () => {
    await fc.assert(
      fc.asyncProperty(logs.map(toldPart), tamperings, async (commits, wanted) => {
        for (const tampering of wanted) {
          const tampered = tamper(commits, tampering);
          if (tampered === null) continue;
          const verification = await verify(tampered.events);
          expect(verification.ok).toBe(couldBeWritten(tampered.commits, gathered(commits)));
          if (!verification.ok) expect(blamed(verification)).toContain(tampered.target);
          expect(blamed(verification).length).toBeLessThanOrEqual(3);
        }
      }),
      { numRuns: 40, seed: 20_261_124 },
    );
  }, 60_000);

  test('by taking out, doubling or swapping events of a game is found out, unless a room could have written just that', async () => {
    await fc.assert(
      fc.asyncProperty(
        logs.map(toldPart),
        fc.nat(),
        fc.constantFrom(...DISORDERS),
        async (commits, which, disorder) => {
          const events = told(commits);
          // Who came and went in between is nothing that a game tells of.
          const places = [...events.keys()].filter(
            (index) => isOfGame(events, index) && isOfGame(events, index + 1),
          );
          const index = places[which % places.length];
          fc.pre(index !== undefined);
          const all = commits.flatMap((commit) =>
            commit.events.map((event) => ({ ...commit, events: [event] })),
          );
          const { ok } = await verify(disorder(events, index));
          expect(ok).toBe(couldBeWritten(joined(disorder(all, index)), gathered(commits)));
        },
      ),
      { numRuns: 60, seed: 20_261_124 },
    );
  }, 60_000);
});

function isOfGame(events: readonly PublicEvent[], index: number): boolean {
  return GAME_EVENTS.some((type) => type === events[index]?.type);
}

interface Placed {
  readonly seq: number;
  readonly at: number;
}
type Disorder = <E extends Placed>(events: readonly E[], index: number) => readonly E[];
const DISORDERS: readonly Disorder[] = [
  (events, index) => events.toSpliced(index, 1),
  (events, index) => events.flatMap((event, place) => (place === index ? [event, event] : [event])),
  (events, index) => {
    const [one, two] = events.slice(index, index + 2);
    if (one === undefined || two === undefined) return events;
    // What happened is swapped, not when.
    return events.toSpliced(
      index,
      2,
      { ...two, seq: one.seq, at: one.at },
      { ...one, seq: two.seq, at: two.at },
    );
  },
];

/** Events that follow each other with one number are one commit. */
function joined(parts: readonly Commit[]): readonly Commit[] {
  return parts.reduce<readonly Commit[]>((commits, part) => {
    const last = commits.at(-1);
    if (last?.seq !== part.seq) return [...commits, part];
    return [...commits.slice(0, -1), { ...last, events: [...last.events, ...part.events] }];
  }, []);
}

/** With this whim the next that has to happen happens. */
const GOES_ON = Array<number>(400).fill(4);

describe('an event is blamed', () => {
  /** A whole game of one round among four humans. */
  const commits = toldPart(logOf([1, 2, 3, 4], { maxRounds: 1, turnResultsSeconds: 0 }, GOES_ON));
  const events = told(commits);
  const placeOf = (type: string): number => events.findIndex((event) => event.type === type);
  const blameAfter = async (changes: object, type: string): Promise<readonly number[]> =>
    blamed(
      await verify(
        events.map((event, index) => (index === placeOf(type) ? { ...event, ...changes } : event)),
      ),
    );

  test.each([
    ['that is of no type', 'Played', { type: 'Cheated' }],
    ['that has a field too many', 'Declared', { bonus: 3 }],
    ['whose game has the wrong number', 'GameStarted', { game: 2 }],
    ['that puts a bot into a seat that is taken', 'TurnStarted', { type: 'Detached', seat: 5 }],
    ['of a commit that is not the next', 'TurnResolved', { seq: 9_999 }],
    ['that happened before the one in front of it', 'RoundScored', { at: 5 }],
    ['that is nothing at all', 'Played', { type: 7 }],
  ])('%s', async (_why, type, changes) => {
    expect(await blameAfter(changes, type)).toEqual([placeOf(type)]);
  });

  test('for a seed that is kept although its round is scored', async () => {
    const deal = events[placeOf('Dealt')];
    if (deal === undefined) throw new Error('Nothing was dealt');
    const { commitment } = deal['proof'] as { readonly commitment: string };
    const kept = { ...deal, proof: { commitment }, hands: undefined };
    const log = JSON.parse(JSON.stringify(events.with(placeOf('Dealt'), kept))) as readonly unknown[];
    expect(blamed(await verify(log))).toEqual([placeOf('Dealt')]);
  });

  test('when the log does not begin at its beginning, or breaks off in a commit', async () => {
    expect(await verify(events.slice(3))).toMatchObject({ wrong: { at: { place: 1 }, problem: /commit 1/ } });
    const { wrong } = await verify(events.slice(0, placeOf('TurnResolved')));
    expect(wrong?.problem).toContain('TurnResolved');
  });
});

describe('a game that is still played', () => {
  const commits = logOf([1, 2, 3, 4], { maxRounds: 4, turnResultsSeconds: 0 }, GOES_ON.slice(0, 150));
  const last = commits.findLastIndex(({ events }) => events.every(({ type }) => type === 'Played'));
  const running = commits.slice(0, last + 1);

  test('has its scored rounds verified, and the one in play as far as it lies on the table', async () => {
    const { ok, rounds } = await verify(told(running));
    expect(ok).toBe(true);
    expect(rounds.map(({ state }) => state)).toEqual([
      ...Array<string>(rounds.length - 1).fill('verified'),
      'playing',
    ]);
    expect(rounds.length).toBeGreaterThan(1);
  });

  test.each([
    ['who laid them', 'Played', (event: PublicEvent) => ({ seat: (Number(event['seat']) % 4) + 1 })],
    ['what set they are', 'Played', () => ({ play: 'STRAIGHT' })],
    ['how many they are', 'Played', () => ({ indices: [0, 1, 2, 3, 4] })],
    [
      'who won the turn',
      'TurnResolved',
      (event: PublicEvent) => ({ winner: (Number(event['winner']) % 4) + 1 }),
    ],
    ['who declares', 'Declared', (event: PublicEvent) => ({ seat: (Number(event['seat']) % 4) + 1 })],
  ])('cannot lie about pieces in play: %s', async (_what, type, change) => {
    const events = told(running);
    const target = events.findLastIndex((event) => event.type === type);
    const event = events[target];
    if (event === undefined) throw new Error(`There is no ${type}`);
    expect(blamed(await verify(events.with(target, { ...event, ...change(event) })))).toContain(target);
  });
});
