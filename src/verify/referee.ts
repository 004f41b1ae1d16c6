// The referee of a log: what stands on the table after each event, or why that event cannot have happened. It knows the rules
// (src/game) and how a log is written, and nothing of the code that wrote it.

import { botDeclares, botPlays } from '../game/bot.ts';
import { isWeak, MAX_REDEALS } from '../game/deal.ts';
import { allowedDeclarations } from '../game/declaring.ts';
import { DECK } from '../game/pieces.ts';
import type { Hand, Piece } from '../game/pieces.ts';
import { gameResult, scoreSeat } from '../game/scoring.ts';
import { bySeat, orderFrom, SEATS } from '../game/seats.ts';
import type { BySeat, Seat } from '../game/seats.ts';
import { classify, pick, winnerOf } from '../game/sets.ts';
import { firstAccepter, firstStarter } from '../game/starter.ts';
import type { EventType } from '../room/events.ts';
import type { Settings, StarterReason } from '../room/room.ts';
import type { Entry, ToldEvent, ToldOf } from './log.ts';

/** Why an event is wrong, as a sentence; and how it would be right, where only one thing can be. */
export interface Objection {
  readonly problem: string;
  readonly expected?: ToldEvent;
  /** Told too little earlier on: the deals of the round without a seed. */
  readonly blame?: 'hidden deals';
}
export type Ruling = Table | Objection;
export const isObjection = (ruling: Ruling): ruling is Objection => 'problem' in ruling;

/** What a seed stands for: its SHA-256 in hex and, for texts that are seeds, the hands that it deals. */
export interface Seeds {
  digestOf(seed: string): string;
  handsOf(seed: string, how: 'first draw' | 'no weak hand'): BySeat<Hand> | null;
}

export interface Table {
  readonly seq: number;
  readonly at: number;
  readonly stage: 'none' | 'open' | 'playing' | 'finished' | 'closed';
  readonly settings: Settings | null;
  readonly seats: BySeat<Occupant | null>;
  /** Whether any human is there, and since when. */
  readonly attended: { readonly anyone: boolean; readonly since: number };
  /** The game that runs or ran last. */
  readonly game: Game | null;
  /** What else the commit must or may hold. */
  readonly follow: { readonly must: readonly EventType[] } | { readonly may: readonly EventType[] };
}
type Occupant = { readonly name: string; readonly since: number } & (
  { readonly kind: 'bot' } | { readonly kind: 'human'; readonly presence: 'present' | 'away' | 'replaced' }
);

export interface Game {
  readonly number: number;
  readonly totals: BySeat<number>;
  readonly zeros: BySeat<number>;
  readonly scored: number;
  readonly lastWinner: Seat | null;
  readonly round: Round | null;
  readonly phase: Phase;
  /** When somebody was last given the move, epoch ms. */
  readonly since: number;
}
interface Round {
  readonly number: number;
  readonly redeals: number;
  readonly starter: Seat;
  /** What is left of the hands; null while they are not told. */
  readonly hands: BySeat<Hand> | null;
  /** Whether a deal of the round is told without its seed. */
  readonly hidden: boolean;
  readonly laid: BySeat<readonly Piece[]>;
  readonly piles: BySeat<number>;
  /** In the order of declaring. */
  readonly values: readonly number[];
}
interface Play {
  readonly seat: Seat;
  readonly pieces: readonly Piece[];
}
type Phase =
  | { readonly name: 'starting' | 'round start' | 'declaration' }
  | { readonly name: 'redeal'; readonly weak: readonly Seat[]; readonly answers: readonly Answer[] }
  | { readonly name: 'turn'; readonly number: number; readonly leader: Seat; readonly plays: readonly Play[] }
  | {
      readonly name: 'result';
      readonly number: number;
      readonly winner: Seat;
      readonly ready: readonly Seat[];
      readonly over: boolean;
    }
  | { readonly name: 'scored'; readonly winners: readonly Seat[] };
interface Answer {
  readonly seat: Seat;
  readonly accept: boolean;
}

/** Before the first event. */
export const EMPTY_TABLE: Table = {
  seq: 0,
  at: 0,
  stage: 'none',
  settings: null,
  seats: { 1: null, 2: null, 3: null, 4: null },
  attended: { anyone: false, since: 0 },
  game: null,
  follow: { may: [] },
};

const MOVES: readonly EventType[] = ['RedealDecided', 'Declared', 'Played', 'TurnStarted', 'TurnsEnded'];
/** What may come after an event in one commit; nothing unless it is named here. */
const MAY_FOLLOW: Readonly<Partial<Record<EventType, readonly EventType[]>>> = {
  TaskEntered: ['BotTookOver', ...MOVES],
  BotTookOver: ['BotTookOver', 'GameEnded', ...MOVES],
  RedealDecided: ['RedealDecided', 'BotTookOver'],
  Detached: ['Attached'],
  SpectatorLeft: ['Attached'],
  LeftForGood: ['HostChanged'],
  GameEnded: ['RoomClosed'],
};

/** What comes of one more entry. */
export function judge(table: Table, entry: Entry, seeds: Seeds): Ruling {
  const { seq, at, event } = entry;
  const place = problemOfPlace(table, entry);
  if (place !== null) return { problem: place };
  const ruling = judgeEvent(table, event, at, seeds);
  if (isObjection(ruling)) return ruling;
  const follow = ruling.follow === table.follow ? { may: MAY_FOLLOW[event.type] ?? [] } : ruling.follow;
  return { ...ruling, seq, at, follow };
}

/** Whether the log may end here. */
export function problemOfEnd({ follow }: Table): string | null {
  return 'must' in follow ? `The log breaks off: ${follow.must.join(' or ')} must follow.` : null;
}

function problemOfPlace(table: Table, entry: Entry): string | null {
  const { seq, at, follow } = table;
  const { type } = entry.event;
  if (entry.seq === seq && seq > 0) {
    if (entry.at !== at) return 'Its time is not that of its commit.';
    const allowed = 'must' in follow ? follow.must : follow.may;
    if (!allowed.includes(type)) return `In its commit ${type} cannot come next.`;
    return isOwnMove(table, entry.event) ? 'A player’s own move is a commit of its own.' : null;
  }
  if (entry.seq !== seq + 1)
    return seq === 0
      ? 'A log begins with commit 1; fetch it from there.'
      : `Commit ${seq + 1} must come next.`;
  if ('must' in follow) return `Commit ${seq} is not whole: ${follow.must.join(' or ')} must follow.`;
  return entry.at < at ? 'It happened before what is in front of it.' : null;
}

function judgeEvent(table: Table, event: ToldEvent, at: number, seeds: Seeds): Ruling {
  if (isOfSeat(event)) return judgeSeat(table, event, at);
  if (isOfRoom(event)) return judgeRoom(table, event, at);
  const { stage, game, settings } = table;
  if (stage !== 'playing' || game === null || settings === null) return { problem: 'No game is running.' };
  return judgeGame({ ...table, game, settings }, event, at, seeds);
}

// ---- The room ----

const OF_ROOM = [
  'RoomOpened',
  'RoomClosed',
  'HostChanged',
  'SpectatorJoined',
  'SpectatorLeft',
  'GameStarted',
] as const;
const OF_SEAT = [
  'SeatTaken',
  'BotAdded',
  'SeatVacated',
  'Attached',
  'Detached',
  'BotTookOver',
  'LeftForGood',
] as const;
type OfRoom = ToldOf<(typeof OF_ROOM)[number]>;
type OfSeat = ToldOf<(typeof OF_SEAT)[number]>;

function isOfRoom(event: ToldEvent): event is OfRoom {
  return OF_ROOM.some((type) => type === event.type);
}
function isOfSeat(event: ToldEvent): event is OfSeat {
  return OF_SEAT.some((type) => type === event.type);
}

const isLive = ({ stage }: Table): boolean => stage !== 'none' && stage !== 'closed';
const NO_ROOM: Objection = { problem: 'There is no room.' };

function judgeRoom(table: Table, event: OfRoom, at: number): Ruling {
  switch (event.type) {
    case 'RoomOpened': {
      const { settings, host, name } = event;
      if (table.stage !== 'none') return { problem: 'The room was opened already.' };
      const room: Table = { ...table, stage: 'open', settings, attended: { anyone: false, since: at } };
      return seated(room, host, newcomer(name, at), at);
    }
    case 'RoomClosed':
      return isLive(table) ? { ...table, stage: 'closed' } : NO_ROOM;
    case 'HostChanged':
      return table.seats[event.host]?.kind === 'human' ? table : { problem: 'The host must be a human.' };
    case 'SpectatorJoined':
    case 'SpectatorLeft':
      return isLive(table) ? table : NO_ROOM;
    case 'GameStarted':
      return gameStarted(table, event, at);
  }
}

function judgeSeat(table: Table, event: OfSeat, at: number): Ruling {
  const { seat, type } = event;
  const { stage } = table;
  const occupant = table.seats[seat];
  if (!isLive(table)) return NO_ROOM;
  switch (type) {
    case 'SeatTaken':
    case 'BotAdded': {
      if (stage !== 'open' || occupant !== null) return { problem: 'The seat was not free.' };
      const { name } = event;
      return seated(table, seat, type === 'BotAdded' ? newBot(name, at) : newcomer(name, at), at);
    }
    case 'SeatVacated':
    case 'LeftForGood':
      return left(table, event, at);
    case 'BotTookOver':
      if (occupant !== null && table.settings !== null && at < graceOf(occupant, table.settings))
        return { problem: `${occupant.name} could still come back.` };
      return reached(table, seat, 'replaced', at);
    case 'Attached':
      return reached(table, seat, 'present', at);
    case 'Detached':
      return reached(table, seat, 'away', at);
  }
}

/** A seat in a waiting room gets free; in a game a bot has it from then on. */
function left(table: Table, { type, seat }: ToldOf<'SeatVacated' | 'LeftForGood'>, at: number): Ruling {
  const occupant = table.seats[seat];
  const isOpen = table.stage === 'open';
  if (type === 'SeatVacated' && isOpen && occupant !== null) return seated(table, seat, null, at);
  if (type === 'LeftForGood' && !isOpen && occupant?.kind === 'human')
    return seated(table, seat, newBot(occupant.name, at), at);
  return { problem: 'Nobody could leave that seat.' };
}

function newcomer(name: string, since: number): Occupant {
  return { kind: 'human', name, since, presence: 'away' };
}
function newBot(name: string, since: number): Occupant {
  return { kind: 'bot', name, since };
}

const COMES_FROM = { present: null, away: 'present', replaced: 'away' } as const;

function reached(table: Table, seat: Seat, presence: keyof typeof COMES_FROM, at: number): Ruling {
  const occupant = table.seats[seat];
  if (occupant?.kind !== 'human') return { problem: `No human sits in seat ${seat}.` };
  const before = COMES_FROM[presence];
  if (before !== null && occupant.presence !== before)
    return { problem: `${occupant.name} was ${occupant.presence} already.` };
  return seated(table, seat, { ...occupant, presence, since: at }, at);
}

function seated(table: Table, seat: Seat, occupant: Occupant | null, at: number): Table {
  const seats = { ...table.seats, [seat]: occupant };
  const anyone = SEATS.some((each) => isPresent(seats[each]));
  const attended = anyone === table.attended.anyone ? table.attended : { anyone, since: at };
  return { ...table, seats, attended };
}

function isPresent(occupant: Occupant | null): boolean {
  return occupant?.kind === 'human' && occupant.presence === 'present';
}

function gameStarted(table: Table, event: ToldOf<'GameStarted'>, at: number): Ruling {
  const { stage, seats } = table;
  if (stage !== 'open' && stage !== 'finished') return { problem: 'No game can start now.' };
  if (SEATS.some((seat) => seats[seat] === null)) return { problem: 'A game needs four players.' };
  const number = (table.game?.number ?? 0) + 1;
  const game: Game = {
    number,
    totals: bySeat(() => 0),
    zeros: bySeat(() => 0),
    scored: 0,
    lastWinner: null,
    round: null,
    phase: { name: 'starting' },
    since: at,
  };
  return objectionTo(event, { ...event, game: number }) ?? { ...table, stage: 'playing', game };
}

// ---- The game ----

type Playing = Table & { readonly game: Game; readonly settings: Settings };
type OfGame = Exclude<ToldEvent, OfRoom | OfSeat>;

function judgeGame(table: Playing, event: OfGame, at: number, seeds: Seeds): Ruling {
  switch (event.type) {
    case 'TaskEntered':
      return taskEntered(table, event, at);
    case 'Dealt':
      return dealt(table, event, at, seeds);
    case 'RedealDecided':
      return redealDecided(table, event, at);
    case 'RoundStarted':
      return roundStarted(table);
    case 'DeclarationOpened':
      return declarationOpened(table, at);
    case 'Declared':
      return declared(table, event, at);
    case 'TurnStarted':
      return turnStarted(table, event, at);
    case 'Played':
      return played(table, event, at);
    case 'TurnResolved':
      return turnResolved(table, event, at);
    case 'PlayerReady':
      return playerReady(table, event);
    case 'TurnsEnded':
      return turnsEnded(table, at);
    case 'RoundScored':
      return roundScored(table, event);
    case 'GameEnded':
      return gameEnded(table, event, at);
  }
}

function playing(table: Playing, changes: Partial<Game>, follow: Table['follow'] = table.follow): Table {
  return { ...table, game: { ...table.game, ...changes }, follow };
}

const OUT_OF_PLACE: Objection = { problem: 'The game was not there yet, or past it.' };

/** The state machine enters a phase: at its beginning, or once more while it lasts, and then what is due is done at once. */
function taskEntered(table: Playing, event: ToldOf<'TaskEntered'>, at: number): Ruling {
  const task = taskOf(table.game);
  if (task === null) return OUT_OF_PLACE;
  const { phase, round, opens } = task;
  const follow: Table['follow'] =
    opens !== null
      ? { must: [opens] }
      : isOverdue(table, at)
        ? { must: ['BotTookOver', ...MOVES] }
        : { may: [] };
  return objectionTo(event, { ...event, phase, round }) ?? { ...table, follow };
}

interface Task {
  readonly phase: ToldOf<'TaskEntered'>['phase'];
  readonly round: number;
  /** What its first entry brings about; null while it lasts. */
  readonly opens: EventType | null;
}

/** What the state machine can enter; null where it can enter nothing. */
function taskOf({ phase, round, scored }: Game): Task | null {
  const number = round?.number ?? 1;
  switch (phase.name) {
    case 'starting':
      return { phase: 'preparation', round: 1, opens: 'Dealt' };
    case 'scored':
      return phase.winners.length > 0 ? null : { phase: 'preparation', round: scored + 1, opens: 'Dealt' };
    case 'redeal':
      return { phase: 'preparation', round: number, opens: null };
    case 'round start':
      return { phase: 'declaration', round: number, opens: 'DeclarationOpened' };
    case 'declaration':
      return round?.values.length === 4
        ? { phase: 'turns', round: number, opens: 'TurnStarted' }
        : { phase: 'declaration', round: number, opens: null };
    case 'turn':
      return { phase: 'turns', round: number, opens: null };
    case 'result':
      return phase.over ? null : { phase: 'turns', round: number, opens: null };
  }
}

/** Whether time has come for a bot to take over, for a move by the rule, or for the end of a pause. */
function isOverdue(table: Playing, at: number): boolean {
  const { seats, settings, attended, game } = table;
  const isTakenOver = SEATS.some((seat) => {
    const occupant = seats[seat];
    return occupant?.kind === 'human' && occupant.presence === 'away' && at >= graceOf(occupant, settings);
  });
  if (isTakenOver || !attended.anyone) return isTakenOver;
  if (game.phase.name === 'result') return !isTooEarly(table, at);
  return awaitedIn(game).some((seat) => {
    const occupant = seats[seat];
    return occupant !== null && at >= dueAt(table, occupant);
  });
}

/** When a bot takes over from somebody who is away, epoch ms. */
function graceOf({ since }: Occupant, { graceSeconds }: Settings): number {
  return since + graceSeconds * 1_000;
}

/** Whose move it is. */
function awaitedIn({ phase, round }: Game): readonly Seat[] {
  if (phase.name === 'redeal')
    return phase.weak.filter((seat) => phase.answers.every((answer) => answer.seat !== seat));
  if (round === null) return [];
  if (phase.name === 'declaration') return orderFrom(round.starter).slice(round.values.length).slice(0, 1);
  return phase.name === 'turn' ? orderFrom(phase.leader).slice(phase.plays.length).slice(0, 1) : [];
}

/** Whether this and nothing else must come next. */
function isAsked({ follow }: Table, type: EventType): boolean {
  return 'must' in follow && follow.must.length === 1 && follow.must[0] === type;
}

// ---- Dealing ----

function dealt(table: Playing, event: ToldOf<'Dealt'>, at: number, seeds: Seeds): Ruling {
  if (!isAsked(table, 'Dealt')) return OUT_OF_PLACE;
  const { game } = table;
  const last = game.phase.name === 'redeal' ? game.round : null;
  const redeals = last === null ? 0 : last.redeals + 1;
  const hands = handsOf(event, redeals, seeds);
  if (typeof hands === 'string') return { problem: hands };
  const [starter, starterReason] = starterOf(game, event, hands);
  const weak = hands === null ? weakAsTold(event.weak, redeals) : SEATS.filter((seat) => isWeak(hands[seat]));
  const round = last?.number ?? game.scored + 1;
  const facts = { round, redeals, multiplier: redeals + 1, starter, starterReason, weak };
  const expected: ToldEvent = hands === null ? { ...event, ...facts } : { ...event, ...facts, hands };
  const objection = objectionTo(event, expected);
  if (objection !== null) return objection;
  const nothing = bySeat(() => []);
  const begun: Round = {
    number: round,
    redeals,
    starter,
    hands,
    hidden: hands === null || (last?.hidden ?? false),
    laid: nothing,
    piles: bySeat(() => 0),
    values: [],
  };
  const phase: Phase = weak.length === 0 ? { name: 'round start' } : { name: 'redeal', weak, answers: [] };
  return playing(table, { round: begun, phase, since: at }, { may: [] });
}

/** The hands that the seed gives; null while it is not told; a sentence when seed and commitment are not a pair. */
function handsOf(
  { proof, hands }: ToldOf<'Dealt'>,
  redeals: number,
  seeds: Seeds,
): BySeat<Hand> | null | string {
  const { seed, commitment } = proof;
  if (seed === undefined) return hands === undefined ? null : 'It tells the hands and keeps the seed.';
  const dealtHands = seeds.handsOf(seed, redeals < MAX_REDEALS ? 'first draw' : 'no weak hand');
  if (dealtHands === null) return 'Its seed is none: it must be 64 lower-case hex digits.';
  return seeds.digestOf(seed) === commitment ? dealtHands : 'Its seed is not the one that was committed to.';
}

function starterOf(
  { phase, round, lastWinner }: Game,
  event: ToldOf<'Dealt'>,
  hands: BySeat<Hand> | null,
): readonly [Seat, StarterReason] {
  if (phase.name === 'redeal' && round !== null) {
    const accepted = phase.answers.filter(({ accept }) => accept).map(({ seat }) => seat);
    return [firstAccepter(accepted, round.starter), 'accepted_redeal'];
  }
  if (lastWinner !== null) return [lastWinner, 'won_last_turn'];
  return [hands === null ? event.starter : firstStarter(hands), 'has_general_red'];
}

/** Who is weak cannot be seen while hands are not told, but the last deal has no weak hand. */
function weakAsTold(told: readonly Seat[], redeals: number): readonly Seat[] {
  return redeals < MAX_REDEALS ? SEATS.filter((seat) => told.includes(seat)) : [];
}

function redealDecided(table: Playing, event: ToldOf<'RedealDecided'>, at: number): Ruling {
  const { phase } = table.game;
  if (phase.name !== 'redeal') return OUT_OF_PLACE;
  const { seat, accept, forced } = event;
  const awaited = awaitedIn(table.game);
  if (!awaited.includes(seat)) return { problem: `Seat ${seat} was not asked, or has answered.` };
  const occupant = table.seats[seat];
  const isReplaced = occupant?.kind === 'human' && occupant.presence === 'replaced';
  const rule = forced ? isReplaced : occupant?.kind === 'bot' ? true : accept;
  const objection = problemOfMover(table, event, at) ?? objectionTo(event, { ...event, accept: rule });
  if (objection !== null) return objection;
  const answers = [...phase.answers, { seat, accept }];
  const next: Phase = { ...phase, answers };
  if (awaited.length > 1) return playing(table, { phase: next });
  const must: EventType = answers.some((answer) => answer.accept) ? 'Dealt' : 'RoundStarted';
  return playing(table, { phase: next }, { must: [must] });
}

function roundStarted(table: Playing): Ruling {
  if (!isAsked(table, 'RoundStarted')) return OUT_OF_PLACE;
  return playing(table, { phase: { name: 'round start' } }, { may: [] });
}

// ---- Declaring ----

function declarationOpened(table: Playing, at: number): Ruling {
  if (!isAsked(table, 'DeclarationOpened')) return OUT_OF_PLACE;
  return playing(table, { phase: { name: 'declaration' }, since: at }, { may: [] });
}

function declared(table: Playing, event: ToldOf<'Declared'>, at: number): Ruling {
  const { phase, round, zeros } = table.game;
  const [mover] = awaitedIn(table.game);
  if (phase.name !== 'declaration' || round === null || mover === undefined) return OUT_OF_PLACE;
  const order = objectionTo(event, { ...event, seat: mover }) ?? problemOfMover(table, event, at);
  if (order !== null) return order;
  const declaring = { declared: round.values, zerosInARow: zeros[mover] };
  const allowed = allowedDeclarations(declaring);
  if (!allowed.includes(event.value))
    return { problem: `${nameAt(table, mover)} could declare ${allowed.join(', ')}.` };
  if (isByRule(table, event) && round.hands !== null) {
    const value = botDeclares({ ...declaring, hand: round.hands[mover], isFirst: round.values.length === 0 });
    const objection = objectionTo(event, { ...event, value });
    if (objection !== null) return objection;
  }
  return playing(table, { round: { ...round, values: [...round.values, event.value] }, since: at });
}

// ---- Turns ----

function turnStarted(table: Playing, event: ToldOf<'TurnStarted'>, at: number): Ruling {
  const { phase, round } = table.game;
  if (round === null) return OUT_OF_PLACE;
  const start = (number: number, leader: Seat): Ruling =>
    objectionTo(event, { ...event, number, leader }) ??
    playing(table, { phase: { name: 'turn', number, leader, plays: [] }, since: at }, { may: [] });
  if (phase.name === 'declaration')
    return isAsked(table, 'TurnStarted') ? start(1, round.starter) : OUT_OF_PLACE;
  if (phase.name !== 'result' || phase.over || isPlayedOut(round)) return OUT_OF_PLACE;
  if (!isAsked(table, 'TurnStarted') && isTooEarly(table, at)) return TOO_EARLY;
  return start(phase.number + 1, phase.winner);
}

function played(table: Playing, event: ToldOf<'Played'>, at: number): Ruling {
  const { phase, round } = table.game;
  if (phase.name !== 'turn' || round === null) return OUT_OF_PLACE;
  const { plays, leader } = phase;
  const seat = orderFrom(leader)[plays.length] ?? leader;
  const objection =
    objectionTo(event, { ...event, seat }) ??
    problemOfMover(table, event, at) ??
    objectionToPieces(table, round, event) ??
    objectionTo(event, { ...event, play: classify(event.pieces) }) ??
    objectionToSet(event, plays[0]?.pieces.length ?? null) ??
    objectionToRule(table, round, event, plays[0]?.pieces.length ?? null);
  if (objection !== null) return objection;
  const laid = [...plays, { seat, pieces: event.pieces }];
  const follow: Table['follow'] = laid.length === 4 ? { must: ['TurnResolved'] } : { may: [] };
  return playing(
    table,
    { round: without(round, event), phase: { ...phase, plays: laid }, since: at },
    follow,
  );
}

/** The round with these pieces on the table. */
function without(round: Round, { seat, indices, pieces }: ToldOf<'Played'>): Round {
  const laid = { ...round.laid, [seat]: [...round.laid[seat], ...pieces] };
  if (round.hands === null) return { ...round, laid };
  const rest = round.hands[seat].filter((_, position) => !indices.includes(position));
  return { ...round, laid, hands: { ...round.hands, [seat]: rest } };
}

/** The leader lays a set, the others as many pieces. */
function objectionToSet({ pieces, play }: ToldOf<'Played'>, required: number | null): Objection | null {
  if (required === null) return play === 'INVALID' ? { problem: 'A turn begins with a valid set.' } : null;
  return pieces.length === required ? null : { problem: `${required} pieces had to be laid.` };
}

/** The pieces lay at the positions named; while hands are not told, they are pieces that can be there. */
function objectionToPieces(table: Table, round: Round, event: ToldOf<'Played'>): Objection | null {
  const { seat, indices, pieces } = event;
  const left = 8 - round.laid[seat].length;
  const isChoice =
    indices.length > 0 &&
    new Set(indices).size === indices.length &&
    indices.every((index) => index >= 0 && index < left);
  if (!isChoice)
    return { problem: `${nameAt(table, seat)} had ${left} pieces; these are not positions of them.` };
  if (round.hands !== null) return objectionTo(event, { ...event, pieces: pick(round.hands[seat], indices) });
  if (pieces.length !== indices.length) return { problem: 'It names not as many pieces as positions.' };
  const all = [...SEATS.flatMap((each) => round.laid[each]), ...pieces];
  const count = (list: readonly Piece[], piece: Piece): number =>
    list.filter((each) => each === piece).length;
  const extra = pieces.find((piece) => count(all, piece) > count(DECK, piece));
  return extra === undefined ? null : { problem: `There are not so many pieces ${extra}.` };
}

function objectionToRule(
  table: Playing,
  { hands }: Round,
  event: ToldOf<'Played'>,
  required: number | null,
): Objection | null {
  if (!isByRule(table, event) || hands === null) return null;
  const indices = botPlays(hands[event.seat], required);
  const pieces = pick(hands[event.seat], indices);
  return objectionTo(event, { ...event, indices, pieces, play: classify(pieces) });
}

function turnResolved(table: Playing, event: ToldOf<'TurnResolved'>, at: number): Ruling {
  const { phase, round } = table.game;
  if (phase.name !== 'turn' || round === null || !isAsked(table, 'TurnResolved')) return OUT_OF_PLACE;
  const { plays, number } = phase;
  const best = plays[winnerOf(plays.map(({ pieces }) => pieces))];
  if (best === undefined) return OUT_OF_PLACE;
  const { seat: winner, pieces } = best;
  const objection = objectionTo(event, { ...event, winner, piles: pieces.length });
  if (objection !== null) return objection;
  const piles = { ...round.piles, [winner]: round.piles[winner] + pieces.length };
  const next: Phase = { name: 'result', number, winner, ready: [], over: false };
  const changes = { round: { ...round, piles }, phase: next, lastWinner: winner, since: at };
  const hasPause = table.settings.turnResultsSeconds > 0;
  return playing(table, changes, hasPause ? { may: [] } : { must: afterTurn(round) });
}

const TOO_EARLY: Objection = { problem: 'The pause after the turn was not over.' };

/** A turn's result is shown for a while to whoever is there. */
function isTooEarly({ game, attended, settings }: Playing, at: number): boolean {
  return !attended.anyone || at < Math.max(game.since, attended.since) + settings.turnResultsSeconds * 1_000;
}

function afterTurn(round: Round): readonly EventType[] {
  return [isPlayedOut(round) ? 'TurnsEnded' : 'TurnStarted'];
}

function isPlayedOut({ laid }: Round): boolean {
  return SEATS.every((seat) => laid[seat].length === 8);
}

/** The pause after a turn is cut short once every human who is there has asked for it. */
function playerReady(table: Playing, event: ToldOf<'PlayerReady'>): Ruling {
  const { phase, round } = table.game;
  if (phase.name !== 'result' || phase.over || round === null) return OUT_OF_PLACE;
  const { seat } = event;
  if (!isPresent(table.seats[seat]) || phase.ready.includes(seat))
    return { problem: `${nameAt(table, seat)} was not there to ask, or had asked.` };
  const ready = [...phase.ready, seat];
  const isAll = SEATS.every((each) => !isPresent(table.seats[each]) || ready.includes(each));
  return playing(table, { phase: { ...phase, ready } }, isAll ? { must: afterTurn(round) } : { may: [] });
}

function turnsEnded(table: Playing, at: number): Ruling {
  const { phase, round } = table.game;
  if (phase.name !== 'result' || phase.over || round === null || !isPlayedOut(round)) return OUT_OF_PLACE;
  if (!isAsked(table, 'TurnsEnded') && isTooEarly(table, at)) return TOO_EARLY;
  return playing(table, { phase: { ...phase, over: true } }, { may: [] });
}

// ---- Scores ----

const NOT_TOLD =
  'Its round is scored, so its seed must be told. If the log was fetched earlier, fetch it again.';

function roundScored(table: Playing, event: ToldOf<'RoundScored'>): Ruling {
  const { game, settings } = table;
  const { phase, round, totals } = game;
  if (phase.name !== 'result' || !phase.over || round === null) return OUT_OF_PLACE;
  if (round.hidden) return { problem: NOT_TOLD, blame: 'hidden deals' };
  const order = orderFrom(round.starter);
  const declaredBy = bySeat((seat) => round.values[order.indexOf(seat)] ?? 0);
  const scores = bySeat((seat) => {
    const piled = { declared: declaredBy[seat], captured: round.piles[seat] };
    const score = scoreSeat({ ...piled, multiplier: round.redeals + 1 });
    return { ...piled, ...score, total: totals[seat] + score.final };
  });
  const { winScore, maxRounds } = settings;
  const scored = game.scored + 1;
  const after = bySeat((seat) => scores[seat].total);
  const result = gameResult({ totals: after, round: scored, winScore, maxRounds });
  const winners = result.over ? result.winners : [];
  const zeros = bySeat((seat) => (declaredBy[seat] === 0 ? game.zeros[seat] + 1 : 0));
  return (
    objectionTo(event, { ...event, scores, winners }) ??
    playing(table, { totals: after, zeros, scored, phase: { name: 'scored', winners } })
  );
}

/** A game that is decided ends with its winners, however it ends; one that is cut short has none. */
function gameEnded(table: Playing, event: ToldOf<'GameEnded'>, at: number): Ruling {
  const { game, attended, settings } = table;
  const { outcome } = event;
  const winners = game.phase.name === 'scored' ? game.phase.winners : [];
  if (outcome === 'completed' && winners.length === 0) return { problem: 'The game was not over.' };
  if (outcome !== 'completed' && winners.length > 0) return { problem: 'The game was over and had winners.' };
  const isEmpty = !attended.anyone && at >= attended.since + settings.abandonSeconds * 1_000;
  if (outcome === 'abandoned' && !isEmpty)
    return { problem: 'Somebody was there, or had been not long before.' };
  return objectionTo(event, { ...event, winners }) ?? { ...table, stage: 'finished' };
}

// ---- Who moves ----

interface Move {
  readonly seat: Seat;
  /** Made for a human, who was away or too slow. */
  readonly forced: boolean;
}

/** Whether the bot rule made the move: for a bot, or for a human who did not. */
function isByRule({ seats }: Table, { seat, forced }: Move): boolean {
  return forced || seats[seat]?.kind === 'bot';
}

/** Whether a human made a move as a wish and not as a rule. */
function isOwnMove(table: Table, event: ToldEvent): boolean {
  return 'forced' in event && !isByRule(table, event);
}

/** A human moves as long as there; the rule moves for bots when they have thought, for humans when their time is up. */
function problemOfMover(table: Playing, { seat, forced }: Move, at: number): Objection | null {
  const { seats, attended } = table;
  const occupant = seats[seat];
  const name = nameAt(table, seat);
  if (!attended.anyone || occupant === null) return { problem: 'Nobody was there, and then nothing moves.' };
  if (forced && occupant.kind === 'bot') return { problem: `${name} is a bot, which nobody forces.` };
  if (!forced && occupant.kind === 'human')
    return occupant.presence === 'present' ? null : { problem: `${name} was not there to move.` };
  return at >= dueAt(table, occupant) ? null : { problem: `The time of ${name} was not up.` };
}

/** When the rule moves for somebody, epoch ms. */
function dueAt({ game, attended, settings }: Playing, occupant: Occupant): number {
  const { botThinkSeconds, redealSeconds, moveSeconds } = settings;
  const asked = Math.max(game.since, attended.since);
  if (occupant.kind === 'bot' || occupant.presence === 'replaced')
    return Math.max(asked, occupant.since) + botThinkSeconds * 1_000;
  return asked + (game.phase.name === 'redeal' ? redealSeconds : moveSeconds) * 1_000;
}

/** A player by name and seat. */
export function nameAt({ seats }: Table, seat: Seat): string {
  return `${seats[seat]?.name ?? 'Nobody'} (seat ${seat})`;
}

// ---- Comparing ----

/** The first field in which an event is not what it must be. */
function objectionTo<E extends ToldEvent>(said: E, expected: E): Objection | null {
  const difference = firstDifference(said, expected, '');
  return difference === null ? null : { problem: difference, expected };
}

function firstDifference(said: unknown, expected: unknown, path: string): string | null {
  if (isContainer(said) && isContainer(expected)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(said)]);
    for (const key of keys) {
      const found = firstDifference(said[key], expected[key], path === '' ? key : `${path}.${key}`);
      if (found !== null) return found;
    }
    return null;
  }
  return said === expected ? null : `“${path}” is ${shown(said)}; by the rules it is ${shown(expected)}.`;
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
