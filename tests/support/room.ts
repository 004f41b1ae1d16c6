// Stories of a room: given what happened, when somebody asks for something, then what comes of it. With the people, hands
// and deals that the stories are about. Times are seconds since the story began.

import { expect } from '@jest/globals';
import { parseSettings } from '../../src/app/settings.ts';
import { deal, isWeak } from '../../src/game/deal.ts';
import { COLOURS, KINDS } from '../../src/game/pieces.ts';
import type { Piece } from '../../src/game/pieces.ts';
import { bySeat, SEATS } from '../../src/game/seats.ts';
import type { BySeat, Seat } from '../../src/game/seats.ts';
import { classify } from '../../src/game/sets.ts';
import type { Change } from '../../src/protocol/frames.ts';
import type { Command, PhaseCommand, PlayerCommand } from '../../src/room/commands.ts';
import { decide } from '../../src/room/decide.ts';
import type { RoomEvent } from '../../src/room/events.ts';
import { applyCommit, NO_RECORD } from '../../src/room/record.ts';
import type { Commit, RoomRecord } from '../../src/room/record.ts';
import type { RejectionCode } from '../../src/room/rejections.ts';
import { AVATAR_COLOURS } from '../../src/room/room.ts';
import type { DealProof, LiveRoom, PlayingRoom, Room, Settings, TaskPhase } from '../../src/room/room.ts';

/** When stories begin, epoch ms. */
export const START = Date.UTC(2026, 0, 1);
export const ROOM = 'ABC234';
/** The settings of rules.md, with some changed. */
export function settingsWith(changed: Partial<Settings> = {}): Settings {
  return { ...parseSettings('{}'), ...changed };
}
/** Epoch ms of a second of the story. */
export function second(seconds: number): number {
  return START + seconds * 1_000;
}

// ---- Given, when, then ----

type Happened = RoomEvent | readonly RoomEvent[];

export interface Story {
  readonly record: RoomRecord;
  /** The latest commit, with the records before and after it. */
  readonly change: Change;
  /** What happened next, at that second of the story, in one commit. */
  later(at: number, ...happened: readonly Happened[]): Story;
  /** Somebody asks for something: at once, or at that second of the story. */
  when(command: Command, circumstances?: { readonly at?: number; readonly proof?: DealProof }): Answer;
}

export interface Answer {
  /** These events and no others; the story goes on with them. */
  then(...events: readonly Happened[]): Story;
  /** Accepted, but there was nothing to do. */
  thenNothing(): Story;
  /** Refused with a sentence for the player, which says something of the kind; nothing has changed. */
  thenRejected(code: RejectionCode, says?: RegExp): Story;
  /** Events of these types, in this order, when what is in them is told elsewhere. */
  thenTypes(...types: readonly RoomEvent['type'][]): Story;
}

/** A story that begins with these events at second 0; without any, before there is a room. */
export function given(...happened: readonly Happened[]): Story {
  return tell(committed(NO_RECORD, START, happened.flat()));
}

function tell(change: Change): Story {
  const record = change.after;
  return {
    record,
    change,
    later: (at, ...happened) => tell(committed(record, second(at), happened.flat())),
    when: (command, { at, proof = proofOf(1) } = {}) =>
      judge(change, decideAt(record, command, at === undefined ? record.at : second(at), proof)),
  };
}

const SENTENCE = /^[A-Z].+\.$/;

function decideAt({ room }: RoomRecord, command: Command, at: number, proof: DealProof) {
  const before = JSON.stringify(room);
  const decision = decide(room, command, { at, proof });
  expect(JSON.stringify(room)).toBe(before);
  return { decision, at };
}

function judge(change: Change, { decision, at }: ReturnType<typeof decideAt>): Answer {
  const record = change.after;
  const goOn = (events: readonly RoomEvent[]): Story =>
    events.length === 0 ? tell(change) : tell(committed(record, at, events));
  const accepted = (): readonly RoomEvent[] => {
    if (decision.kind === 'accepted') return decision.events;
    throw new Error(`Refused with ${decision.rejection.code}: ${decision.rejection.message}`);
  };
  return {
    then: (...events) => {
      expect(accepted()).toEqual(events.flat());
      return goOn(accepted());
    },
    thenNothing: () => {
      expect(accepted()).toEqual([]);
      return tell(change);
    },
    thenTypes: (...types) => {
      expect(accepted().map(({ type }) => type)).toEqual(types);
      return goOn(accepted());
    },
    thenRejected: (code, says = SENTENCE) => {
      expect(decision).toEqual({
        kind: 'rejected',
        rejection: { code, message: expect.stringMatching(SENTENCE) },
      });
      expect(decision).toMatchObject({ rejection: { message: expect.stringMatching(says) } });
      return tell(change);
    },
  };
}

/** One commit on top of a record. A story without any events begins before the first commit. */
function committed(before: RoomRecord, at: number, events: readonly RoomEvent[]): Change {
  const seq = before.seq + 1;
  const commit: Commit = { room: ROOM, seq, at, by: 'story', commandId: `${seq}`, events };
  const after = events.length === 0 ? { ...before, at } : applyCommit(before, commit);
  return { before, after, commit };
}

/** The room of a story in which one lives. */
export function liveRoom({ record: { room } }: Pick<Story, 'record'>): LiveRoom {
  if (room.stage === 'none' || room.stage === 'closed') throw new Error(`The room is ${room.stage}`);
  return room;
}
export function playingRoom(story: Pick<Story, 'record'>): PlayingRoom {
  const { room } = story.record;
  if (room.stage !== 'playing') throw new Error(`No game is running, the room is ${room.stage}`);
  return room;
}
/** The phase a story's game is in. */
export function phaseOf(story: Story): PlayingRoom['game']['phase'] {
  return playingRoom(story).game.phase;
}

// ---- People ----

interface Person {
  readonly name: string;
  /** The session. */
  readonly player: string;
  readonly connection: string;
}
/** Ann opens rooms and so sits in seat 1. */
export const PEOPLE: BySeat<Person> = {
  1: { name: 'Ann', player: 'session-ann', connection: 'socket-ann' },
  2: { name: 'Ben', player: 'session-ben', connection: 'socket-ben' },
  3: { name: 'Cat', player: 'session-cat', connection: 'socket-cat' },
  4: { name: 'Dan', player: 'session-dan', connection: 'socket-dan' },
};

function colourOf(seat: Seat) {
  return AVATAR_COLOURS[seat - 1] ?? 'yellow';
}

export function opened(settings: Partial<Settings> = {}): Extract<RoomEvent, { type: 'RoomOpened' }> {
  const { name, player } = PEOPLE[1];
  return {
    type: 'RoomOpened',
    room: ROOM,
    settings: settingsWith(settings),
    host: 1,
    isPrivate: false,
    name,
    player,
    colour: colourOf(1),
  };
}
export function sat(seat: Seat): RoomEvent {
  const { name, player } = PEOPLE[seat];
  return { type: 'SeatTaken', seat, name, player, colour: colourOf(seat) };
}
export function bot(seat: Seat): RoomEvent {
  return { type: 'BotAdded', seat, name: `Bot ${seat}`, colour: colourOf(seat) };
}
export function attached(seat: Seat, connection = PEOPLE[seat].connection): RoomEvent {
  return { type: 'Attached', seat, connection };
}
export function detached(seat: Seat): RoomEvent {
  return { type: 'Detached', seat };
}

/** An open room with these people in it, connected, and bots in the other seats. */
export function tableOf(humans: readonly Seat[], settings: Partial<Settings> = {}): readonly RoomEvent[] {
  const others = SEATS.filter((seat) => seat !== 1);
  return [
    opened(settings),
    ...others.map((seat) => (humans.includes(seat) ? sat(seat) : bot(seat))),
    ...humans.map((seat) => attached(seat)),
  ];
}
export const FOUR_HUMANS = tableOf([1, 2, 3, 4]);

// ---- Commands ----

type ByConnection<C> = C extends { readonly connection: string } ? Omit<C, 'connection'> : never;

/** What the holder of a seat asks for over the connection of that seat. */
export function by(seat: Seat, command: ByConnection<PlayerCommand>): Command {
  return { ...command, connection: PEOPLE[seat].connection };
}
export function attach(seat: Seat, connection = PEOPLE[seat].connection): Command {
  const { player, name } = PEOPLE[seat];
  return { type: 'attach', player, name, connection };
}
export function disconnect(seat: Seat, cause: 'closed' | 'gone' = 'closed'): Command {
  return { type: 'disconnect', connection: PEOPLE[seat].connection, cause };
}
export function enter(phase: TaskPhase, round: number, token = `${phase} ${round}`, game = 1): PhaseCommand {
  return { type: 'enterPhase', game, phase, round, token };
}
export const TICK: Command = { type: 'tick' };

// ---- Pieces ----

const LETTERS = {
  G: 'GENERAL',
  A: 'ADVISOR',
  E: 'ELEPHANT',
  C: 'CHARIOT',
  H: 'HORSE',
  N: 'CANNON',
  S: 'SOLDIER',
};
const BY_LETTER: ReadonlyMap<string, Piece> = new Map(
  Object.entries(LETTERS).flatMap(([letter, kind]) =>
    COLOURS.map((colour): [string, Piece] => {
      const known = KINDS.find((each) => each === kind) ?? 'SOLDIER';
      return [colour === 'RED' ? letter : letter.toLowerCase(), `${known}_${colour}`];
    }),
  ),
);

/** Pieces by letter: General Advisor Elephant Chariot Horse caNnon Soldier; capitals are red. */
export function pieces(letters: string): readonly Piece[] {
  return letters.split(' ').map((letter) => {
    const piece = BY_LETTER.get(letter);
    if (piece === undefined) throw new Error(`There is no piece ${letter}`);
    return piece;
  });
}

/** A whole deck, no hand weak; Ann has the red general. */
export const FAIR: BySeat<readonly Piece[]> = {
  1: pieces('G A E C H N S S'),
  2: pieces('g a e c h n s s'),
  3: pieces('A E C H N S S S'),
  4: pieces('a e c h n s s s'),
};
/** A whole deck in which Ben's and Dan's hands are weak. */
export const POOR: BySeat<readonly Piece[]> = {
  1: pieces('G A A E g S S S'),
  2: pieces('e C C H H N N S'),
  3: pieces('E a a S s s s s'),
  4: pieces('e c c h h n n s'),
};
/** The last piece of everybody's hand: Ann's general takes every turn that she leads. */
export const LAST: BySeat<readonly Piece[]> = bySeat((seat) => pieces(['G', 'g', 'A', 'a'][seat - 1] ?? 'S'));

/** The proof with this number; the commitment is only a name here. */
export function proofOf(number: number): DealProof {
  return { seed: number.toString(16).padStart(64, '0'), commitment: `commitment ${number}` };
}
/** A proof whose deal has weak hands in exactly these seats. */
export function proofWithWeak(...weak: readonly Seat[]): DealProof {
  for (let number = 1; ; number++) {
    const proof = proofOf(number);
    const hands = deal(proof.seed, 0);
    if (SEATS.every((seat) => isWeak(hands[seat]) === weak.includes(seat))) return proof;
  }
}

// ---- Events of a game ----

type Fields<T extends RoomEvent['type']> = Omit<Extract<RoomEvent, { type: T }>, 'type'>;

export const STARTED: RoomEvent = { type: 'GameStarted', game: 1 };
export const ROUND_STARTED: RoomEvent = { type: 'RoundStarted' };
export const DECLARATION_OPENED: RoomEvent = { type: 'DeclarationOpened' };

export function entered(phase: TaskPhase, round = 1, token = `${phase} ${round}`): RoomEvent {
  return { type: 'TaskEntered', phase, round, token };
}
/** The first deal of round 1, fair, Ann starting, unless told otherwise. */
export function dealt(differing: Partial<Fields<'Dealt'>> = {}): RoomEvent {
  const hands = differing.hands ?? FAIR;
  return {
    type: 'Dealt',
    round: 1,
    redeals: 0,
    multiplier: (differing.redeals ?? 0) + 1,
    proof: proofOf(99),
    hands,
    starter: 1,
    starterReason: 'has_general_red',
    weak: SEATS.filter((seat) => hands[seat].length === 8 && isWeak(hands[seat])),
    ...differing,
  };
}
export function answered(seat: Seat, accept: boolean, how: 'by choice' | 'forced' = 'by choice'): RoomEvent {
  return { type: 'RedealDecided', seat, accept, forced: how === 'forced' };
}
export function declared(seat: Seat, value: number, how: 'by choice' | 'forced' = 'by choice'): RoomEvent {
  return { type: 'Declared', seat, value, forced: how === 'forced' };
}
export function turn(number: number, leader: Seat): RoomEvent {
  return { type: 'TurnStarted', number, leader };
}
/** A play of these pieces from these positions of the hand. */
export function played(
  seat: Seat,
  indices: readonly number[],
  letters: string,
  how: 'by choice' | 'forced' = 'by choice',
): RoomEvent {
  const laid = pieces(letters);
  return { type: 'Played', seat, indices, pieces: laid, play: classify(laid), forced: how === 'forced' };
}
export function won(winner: Seat, piles: number): RoomEvent {
  return { type: 'TurnResolved', winner, piles };
}
/** Everybody declares 1, four in all, and Ann leads the first turn. */
export const ALL_DECLARED = [...SEATS.map((seat) => declared(seat, 1)), turn(1, 1)];

/** What happened up to a point of round 1, in which Ann starts with a fair hand. `declared`: the turns have begun, but their task is not entered. */
export function gameAt(
  point: 'starting' | 'redeal' | 'round_start' | 'declaration' | 'declared' | 'turn',
  table: readonly RoomEvent[] = FOUR_HUMANS,
  hands: BySeat<readonly Piece[]> = point === 'redeal' ? POOR : FAIR,
): readonly RoomEvent[] {
  const steps = [
    { point: 'starting', events: [...table, STARTED] },
    { point: 'redeal', events: [entered('preparation'), dealt({ hands })] },
    { point: 'round_start', events: [] },
    { point: 'declaration', events: [entered('declaration'), DECLARATION_OPENED] },
    { point: 'declared', events: ALL_DECLARED },
    { point: 'turn', events: [entered('turns')] },
  ];
  const last = steps.findIndex((step) => step.point === point);
  return steps.slice(0, last + 1).flatMap(({ events }) => events);
}

/** Four plays from the leader on, each of one single piece at position 0. */
export function lastTurn(winner: Seat = 1): readonly RoomEvent[] {
  return [played(1, [0], 'G'), played(2, [0], 'g'), played(3, [0], 'A'), played(4, [0], 'a'), won(winner, 1)];
}

/** Whether a room has changed at all. */
export function isSameRoom(one: Room, other: Room): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
