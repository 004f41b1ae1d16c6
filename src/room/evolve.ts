// What each event does to a room. Total over the events a room can have; an event that does not fit the state is a bug
// or a corrupt log and throws.

import { bySeat, orderFrom, SEATS } from '../game/seats.ts';
import type { BySeat, Seat } from '../game/seats.ts';
import type { RoomEvent } from './events.ts';
import { resultsEnd, startsUntold } from './turns.ts';
import { isConnected, isLive } from './room.ts';
import type {
  Bot,
  Declarations,
  Game,
  Human,
  LiveRoom,
  Occupant,
  OpenRoom,
  Phase,
  PlayingRoom,
  Presence,
  Room,
  Round,
  SeatTally,
  SheetLine,
  Spectator,
} from './room.ts';

type EventOf<T extends RoomEvent['type']> = Extract<RoomEvent, { type: T }>;

/** The room after one event that happened `at` (epoch ms). */
export function evolve(room: Room, event: RoomEvent, at: number): Room {
  switch (event.type) {
    case 'RoomOpened':
      return opened(event, at);
    case 'SeatTaken':
      return seated(expectOpen(room), event.seat, newHuman(event, at));
    case 'BotAdded':
      return seated(expectOpen(room), event.seat, newBot(event.name, event.colour, 'added', at));
    case 'SeatVacated':
      return recounted(seated(expectOpen(room), event.seat, null), at);
    case 'RoomClosed': {
      const { id, createdAt, settings } = expectLive(room);
      return { stage: 'closed', id, createdAt, settings, reason: event.reason };
    }
    case 'Attached':
      return withPresence(room, event.seat, { status: 'present', ...listenerOf(event, at) }, at);
    case 'Detached':
      return withPresence(room, event.seat, { status: 'away', since: at }, at);
    case 'BotTookOver':
      return withPresence(room, event.seat, { status: 'replaced', since: at }, at);
    case 'LeftForGood':
      return leftForGood(room, event.seat, at);
    case 'HostChanged':
      return { ...expectLive(room), host: event.host };
    case 'SpectatorJoined': {
      const live = expectLive(room);
      return { ...live, spectators: [...live.spectators, listenerOf(event, at)] };
    }
    case 'SpectatorLeft': {
      const live = expectLive(room);
      return {
        ...live,
        spectators: live.spectators.filter(({ connection }) => connection !== event.connection),
      };
    }
    case 'GameStarted':
      return gameStarted(room, event.game, at);
    case 'GameEnded':
      return gameEnded(expectPlaying(room), event, at);
    case 'TurnStarted': {
      const playing = expectPlaying(room);
      const { game } = playing;
      const phase = turnStarted(game.phase, event, turnBegin(playing, at));
      return { ...playing, game: wound({ ...game, phase }, at) };
    }
    default: {
      const playing = expectPlaying(room);
      return { ...playing, game: play(playing.game, event, at) };
    }
  }
}

type GameEvent = EventOf<
  | 'TaskEntered'
  | 'Dealt'
  | 'RedealDecided'
  | 'RoundStarted'
  | 'DeclarationOpened'
  | 'Declared'
  | 'Played'
  | 'TurnResolved'
  | 'PlayerReady'
  | 'RoundScored'
>;

function play(game: Game, event: GameEvent, at: number): Game {
  const { phase } = game;
  switch (event.type) {
    case 'TaskEntered': {
      const { phase, round, token } = event;
      return { ...game, task: { phase, round, token }, beatAt: at };
    }
    case 'Dealt':
      return wound(enter(game, dealt(event, at), phase.name === 'redeal' ? game.lastAction : null), at);
    case 'RedealDecided': {
      const { seat, accept, forced } = event;
      const { decisions, ...rest } = expectPhase(phase, 'redeal');
      const lastAction = { kind: 'redeal', seat, accept, forced } as const;
      return { ...game, lastAction, phase: { ...rest, decisions: [...decisions, { seat, accept }] } };
    }
    case 'RoundStarted':
      return wound(
        { ...game, phase: { name: 'round_start', round: expectPhase(phase, 'redeal').round, since: at } },
        at,
      );
    case 'DeclarationOpened': {
      const { round } = expectPhase(phase, 'round_start');
      return enter(game, { name: 'declaration', round, values: [], since: at }, null);
    }
    case 'Declared': {
      const { seat, value, forced } = event;
      const { round, values } = expectPhase(phase, 'declaration');
      const lastAction = { kind: 'declare', seat, value, forced } as const;
      return wound(
        { ...game, lastAction, phase: { name: 'declaration', round, values: [...values, value], since: at } },
        at,
      );
    }
    case 'Played':
      return wound(played(game, event, at), at);
    case 'TurnResolved':
      return turnResolved(game, event, at);
    case 'PlayerReady': {
      const results = expectPhase(phase, 'turn_results');
      return { ...game, phase: { ...results, ready: [...results.ready, event.seat] } };
    }
    case 'RoundScored':
      return wound(roundScored(game, event, at), at);
  }
}

/** A game in a new phase, with the move that led there. */
function enter(game: Game, phase: Phase, lastAction: Game['lastAction']): Game {
  return { ...game, lastAction, phase };
}

/** How much slack the move clock has: a heartbeat this young need not be repeated (aws-facts: 500 a second an account). */
export const HEARTBEAT_SLACK_MS = 3_000;

/**
 * The game with its move clock wound again, unless that was done a moment ago. To be called whenever `moveDeadline` moves,
 * for a heartbeat that runs out before the deadline would let another whole period pass; and when a pause begins at the end
 * of a task, so that the task need not be entered again only to wait for it.
 */
function wound(game: Game, at: number): Game {
  return at - game.beatAt >= HEARTBEAT_SLACK_MS ? { ...game, beatAt: at } : game;
}

function dealt(event: EventOf<'Dealt'>, at: number): Phase {
  const { multiplier, proof, hands, starter, starterReason, redeals, weak } = event;
  const round: Round = { number: event.round, multiplier, proof, hands, starter, starterReason };
  if (weak.length === 0) return { name: 'round_start', round, since: at };
  return { name: 'redeal', round, redeals, weak, decisions: [], since: at };
}

/** When the turn began that a commit made `at` starts: one that began by itself, when the result's time was over. */
function turnBegin(room: PlayingRoom, at: number): number {
  return startsUntold(room) ? Math.min(at, resultsEnd(room) ?? at) : at;
}

function turnStarted(phase: Phase, { number, leader }: EventOf<'TurnStarted'>, at: number): Phase {
  const turn = { name: 'turn', number, leader, plays: [], since: at } as const;
  if (phase.name === 'turn_results') return { ...turn, ...pickTurning(phase) };
  const { round, values } = expectPhase(phase, 'declaration');
  return { ...turn, round, declared: declarationsOf(round, values), piles: bySeat(() => 0) };
}

/** Who declared what, from the values in declaration order; a seat that has not declared yet has none. */
export function declarationsSoFar(round: Round, values: readonly number[]): ReadonlyMap<Seat, number> {
  return new Map(
    orderFrom(round.starter).flatMap((seat, place) => {
      const value = values[place];
      return value === undefined ? [] : [[seat, value] as const];
    }),
  );
}

function declarationsOf(round: Round, values: readonly number[]): Declarations {
  const declared = declarationsSoFar(round, values);
  return bySeat((seat) => {
    const value = declared.get(seat);
    if (value === undefined) throw new Error(`Seat ${seat} has not declared`);
    return value;
  });
}

function played(game: Game, event: EventOf<'Played'>, at: number): Game {
  const { seat, indices, pieces, play, forced } = event;
  const turn = expectPhase(game.phase, 'turn');
  const rest = turn.round.hands[seat].filter((_, position) => !indices.includes(position));
  return {
    ...game,
    lastAction: { kind: 'play', seat, pieces, forced },
    phase: {
      ...turn,
      round: { ...turn.round, hands: { ...turn.round.hands, [seat]: rest } },
      plays: [...turn.plays, { seat, pieces, type: play }],
      since: at,
    },
  };
}

function turnResolved(game: Game, { winner, piles }: EventOf<'TurnResolved'>, at: number): Game {
  const turn = expectPhase(game.phase, 'turn');
  const tally = game.tally[winner];
  return {
    ...game,
    tally: { ...game.tally, [winner]: { ...tally, turnsWon: tally.turnsWon + 1 } },
    lastTurnWinner: winner,
    phase: {
      name: 'turn_results',
      round: turn.round,
      declared: turn.declared,
      piles: { ...turn.piles, [winner]: turn.piles[winner] + piles },
      result: { number: turn.number, plays: turn.plays, winner, size: piles },
      ready: [],
      since: at,
    },
  };
}

function roundScored(game: Game, { scores, winners }: EventOf<'RoundScored'>, at: number): Game {
  const { round } = expectPhase(game.phase, 'turn_results');
  const tally: BySeat<SeatTally> = bySeat((seat) => {
    const { declared, bonus, total } = scores[seat];
    const before = game.tally[seat];
    return {
      ...before,
      total,
      zerosInARow: declared === 0 ? before.zerosInARow + 1 : 0,
      perfectRounds: before.perfectRounds + (bonus > 0 ? 1 : 0),
    };
  });
  const phase: Phase = { name: 'scoring', round, scores, winners, since: at };
  const line: SheetLine = {
    round: round.number,
    multiplier: round.multiplier,
    seats: bySeat((seat) => [scores[seat].declared, scores[seat].captured, scores[seat].final]),
  };
  return { ...game, tally, sheet: [...game.sheet, line], phase };
}

function pickTurning({
  round,
  declared,
  piles,
}: {
  round: Round;
  declared: Declarations;
  piles: BySeat<number>;
}) {
  return { round, declared, piles };
}

function opened(event: EventOf<'RoomOpened'>, at: number): OpenRoom {
  const { room, settings, host } = event;
  const nobody: BySeat<Occupant | null> = { 1: null, 2: null, 3: null, 4: null };
  return {
    stage: 'open',
    id: room,
    createdAt: at,
    settings,
    host,
    isPrivate: event.isPrivate,
    spectators: [],
    attendance: { anyone: false, since: at },
    seats: { ...nobody, [host]: newHuman(event, at) },
  };
}

function gameStarted(room: Room, number: number, at: number): PlayingRoom {
  const { id, createdAt, settings, host, isPrivate, spectators, attendance, seats } = expectLive(room);
  const occupied = bySeat((seat) => {
    const occupant = seats[seat];
    if (occupant === null) throw new Error(`A game started with seat ${seat} empty`);
    return occupant;
  });
  const game: Game = {
    number,
    startedAt: at,
    tally: bySeat(() => ({ total: 0, zerosInARow: 0, turnsWon: 0, perfectRounds: 0 })),
    sheet: [],
    lastTurnWinner: null,
    task: null,
    beatAt: at,
    lastAction: null,
    phase: { name: 'starting', since: at },
  };
  return {
    stage: 'playing',
    id,
    createdAt,
    settings,
    host,
    isPrivate,
    spectators,
    attendance,
    seats: occupied,
    game,
  };
}

function gameEnded(room: PlayingRoom, { outcome, winners }: EventOf<'GameEnded'>, at: number): Room {
  const { id, createdAt, settings, host, isPrivate, spectators, attendance, seats, game } = room;
  return {
    stage: 'finished',
    id,
    createdAt,
    settings,
    host,
    isPrivate,
    spectators,
    attendance,
    seats,
    result: {
      game: game.number,
      outcome,
      winners,
      tally: game.tally,
      sheet: game.sheet,
      startedAt: game.startedAt,
      endedAt: at,
    },
  };
}

function leftForGood(room: Room, seat: Seat, at: number): LiveRoom {
  if (room.stage !== 'playing' && room.stage !== 'finished')
    throw new Error(`No game to leave, the room is ${room.stage}`);
  const { name, colour } = room.seats[seat];
  return recounted({ ...room, seats: { ...room.seats, [seat]: newBot(name, colour, 'left', at) } }, at);
}

function withPresence(room: Room, seat: Seat, presence: Presence, at: number): Room {
  const live = expectLive(room);
  const human = live.seats[seat];
  if (human?.kind !== 'human') throw new Error(`Seat ${seat} has no human`);
  const occupant: Human = { ...human, presence };
  const after = recounted(
    live.stage === 'open'
      ? { ...live, seats: { ...live.seats, [seat]: occupant } }
      : { ...live, seats: { ...live.seats, [seat]: occupant } },
    at,
  );
  const isRevived = after.attendance.anyone && !live.attendance.anyone;
  return isRevived && after.stage === 'playing' ? { ...after, game: wound(after.game, at) } : after;
}

function listenerOf(
  { connection, without }: EventOf<'Attached' | 'SpectatorJoined'>,
  since: number,
): Spectator {
  return { connection, since, ...(without === undefined ? {} : { without }) };
}

/** The room with its attendance true to its seats. */
function recounted<R extends LiveRoom>(room: R, at: number): R {
  const anyone = SEATS.some((seat) => isConnected(room.seats[seat]));
  return anyone === room.attendance.anyone ? room : { ...room, attendance: { anyone, since: at } };
}

function seated(room: OpenRoom, seat: Seat, occupant: Occupant | null): OpenRoom {
  return { ...room, seats: { ...room.seats, [seat]: occupant } };
}

function newHuman(
  { name, player, colour }: Pick<EventOf<'SeatTaken'>, 'name' | 'player' | 'colour'>,
  at: number,
): Human {
  return { kind: 'human', name, player, colour, presence: { status: 'away', since: at } };
}

function newBot(name: string, colour: Bot['colour'], origin: Bot['origin'], at: number): Bot {
  return { kind: 'bot', name, colour, origin, since: at };
}

function expectOpen(room: Room): OpenRoom {
  if (room.stage !== 'open') throw new Error(`Expected an open room, it is ${room.stage}`);
  return room;
}

function expectPlaying(room: Room): PlayingRoom {
  if (room.stage !== 'playing') throw new Error(`Expected a game in play, the room is ${room.stage}`);
  return room;
}

function expectLive(room: Room): LiveRoom {
  if (!isLive(room)) throw new Error(`Expected a live room, it is ${room.stage}`);
  return room;
}

function expectPhase<N extends Phase['name']>(phase: Phase, name: N): Extract<Phase, { name: N }> {
  if (!isPhase(phase, name)) throw new Error(`Expected phase ${name}, it is ${phase.name}`);
  return phase;
}

function isPhase<N extends Phase['name']>(phase: Phase, name: N): phase is Extract<Phase, { name: N }> {
  return phase.name === name;
}
