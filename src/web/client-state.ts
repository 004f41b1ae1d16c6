// What a client knows, and what each server frame adds to it. Pure: `client.ts` moves the bytes.

import type { Seat } from '../game/seats.ts';
import type {
  ErrorCode,
  Frame,
  PhaseChange,
  RoomSummary,
  SeatSummaries,
  ServerEvent,
  ServerEvents,
} from '../protocol/server-frames.ts';

/** A frame as some client receives it: for whichever seat is its own. */
export type ServerFrame = Frame;
export type GameView = PhaseChange<Seat>;

/** Why something did not work: the server's reason, or that no answer came. `message` can be shown as it is. */
export interface Problem {
  readonly code: ErrorCode | 'NO_ANSWER' | 'CLIENT_CLOSED';
  readonly message: string;
}

/** The seats of the room as last told; `started` as far as is known. */
export interface RoomView {
  readonly seats: SeatSummaries;
  readonly hostName: string;
  readonly started: boolean;
  /** How many watch without a seat. */
  readonly spectators: number;
  /** In no list: one joins by link or code. */
  readonly isPrivate: boolean;
}

/** Why there is nothing more to come here. */
export interface Farewell {
  readonly reason: string;
  readonly message: string;
}

export interface ClientState {
  /** `reconnecting`: the connection is lost and sought again; `closed`: for good. */
  readonly status: 'connecting' | 'online' | 'reconnecting' | 'closed';
  /** The newest commit of the room whose frames have been seen; 0 before the first. */
  readonly seq: number;
  /** A commit known to exist whose view has not come yet; asking for a full view heals it. */
  readonly missing: number | null;
  /** The lobby's list. */
  readonly rooms: readonly RoomSummary[] | null;
  /** Running games in the lobby's list, to be watched. */
  readonly running: readonly RoomSummary[];
  readonly room: RoomView | null;
  /** The latest `phase_change`: everything about the running game. */
  readonly game: GameView | null;
  readonly ended: ServerEvents<Seat>['game_ended'] | null;
  readonly farewell: Farewell | null;
  /** The latest problem, until it is dismissed. */
  readonly problem: Problem | null;
  /** What to add to this machine's clock to have the server's, in ms. */
  readonly clockOffset: number;
}

export const NOTHING_KNOWN: ClientState = {
  status: 'connecting',
  seq: 0,
  missing: null,
  rooms: null,
  running: [],
  room: null,
  game: null,
  ended: null,
  farewell: null,
  problem: null,
  clockOffset: 0,
};

/**
 * The state after one frame received at `now` (epoch ms). Frames older than the newest seen change nothing; frames of
 * one commit share its `seq`. A jump in `seq` leaves a commit missing, unless the frame is the whole view by itself.
 */
export function applyFrame(state: ClientState, frame: ServerFrame, now: number): ClientState {
  if (frame.event === 'pong') return heardPong(state, frame.data, now);
  if (frame.event === 'error')
    return { ...state, problem: { code: frame.data.code, message: frame.data.message } };
  const { seq } = frame;
  if (seq === undefined) return learn(state, frame);
  if (seq < state.seq) return state;
  // The phase of a running game follows it; that it came says nothing of what else did.
  if (frame.event === 'room_state_update') return learn(state, frame);
  const skipped = state.seq > 0 && seq > state.seq + 1;
  const heralded = seq > state.seq && HERALDS.has(frame.event);
  const missing = skipped || heralded ? seq : state.missing;
  return learn(
    { ...state, seq, missing: isWholeView(state, frame) && seq >= (missing ?? 0) ? null : missing },
    frame,
  );
}

function heardPong(state: ClientState, pong: ServerEvents<Seat>['pong'], now: number): ClientState {
  const { timestamp, server_time, seq } = pong;
  const missing = seq !== undefined && seq > state.seq ? seq : state.missing;
  if (timestamp === null) return { ...state, missing };
  const clockOffset = server_time * 1000 - (timestamp + now) / 2;
  return { ...state, missing, clockOffset };
}

/** Whether this frame alone tells all there is: before a game the seats, in a game the view of it. */
/** Frames that the state of their commit follows. Until that has come, the commit is not seen: the rest may be lost. */
const HERALDS: ReadonlySet<ServerEvent> = new Set<ServerEvent>([
  'game_started',
  'turn_complete',
  'game_ended',
  'player_disconnected',
  'player_reconnected',
  'host_changed',
]);

function isWholeView(state: ClientState, frame: ServerFrame): boolean {
  if (frame.event === 'phase_change') return true;
  return frame.event === 'room_update' && !frame.data.started && state.game === null;
}

/** What each event teaches. Some have their news in the answer itself, or in the view that comes with them. */
type Lessons = {
  readonly [E in ServerEvent]: (data: ServerEvents<Seat>[E], state: ClientState) => Partial<ClientState>;
};
const nothing = () => ({});
const LESSONS: Lessons = {
  pong: nothing,
  emote: nothing,
  error: ({ code, message }) => ({ problem: { code, message } }),
  room_list_update: ({ rooms, running }) => ({ rooms, running }),
  room_created: nothing,
  room_joined: nothing,
  room_update: ({ players, host_name, started, spectators, private: isPrivate }) => ({
    room: { seats: players, hostName: host_name, started, spectators, isPrivate },
  }),
  room_state_update: ({ slots, host_name }, { room }) => ({
    room: {
      seats: [slots.P1, slots.P2, slots.P3, slots.P4],
      hostName: host_name,
      started: room?.started ?? false,
      spectators: room?.spectators ?? 0,
      isPrivate: room?.isPrivate ?? false,
    },
  }),
  room_closed: ({ reason, message }) => ({ farewell: { reason, message } }),
  player_left: () => ({ farewell: LEFT }),
  game_started: (_, { room }) => ({ room: room && { ...room, started: true }, ended: null }),
  phase_change: (game) => ({ game }),
  turn_complete: nothing,
  game_ended: (ended) => ({ ended }),
  player_disconnected: nothing,
  player_reconnected: nothing,
  host_changed: ({ new_host }, { room }) => ({ room: room && { ...room, hostName: new_host } }),
  leave_game_success: () => ({ farewell: LEFT }),
};
const LEFT: Farewell = { reason: 'left', message: 'You have left the room.' };

/**
 * The view of the turn that follows a turn's result, as the server would tell it (docs/protocol.md, `turn_start`); null when none
 * follows by itself. The commit is still the one of the result.
 */
export function beginTurn(game: GameView): GameView | null {
  if (game.phase !== 'turn_results' || game.phase_data.next_turn_at === null) return null;
  const {
    turn_winner: leader,
    turn_order,
    pile_counts,
    current_turn_number,
    next_deadline,
  } = game.phase_data;
  const { redeal_multiplier, deal } = game.phase_data;
  const first = turn_order.indexOf(leader);
  return {
    ...game,
    allowed_actions: ownEntry(game)?.name === leader ? ['play'] : [],
    phase: 'turn',
    phase_data: {
      turn_order: [...turn_order.slice(first), ...turn_order.slice(0, first)],
      current_turn_starter: leader,
      current_player: leader,
      required_piece_count: null,
      turn_plays: {},
      pile_counts,
      current_turn_number: current_turn_number + 1,
      redeal_multiplier,
      deal,
    },
    deadline: next_deadline,
  };
}

/** The ms from now until the turn after a shown result begins; null when none does by itself. `now`: this machine's, epoch ms. */
export function turnBeginsIn({ game, clockOffset }: ClientState, now: number): number | null {
  if (game?.phase !== 'turn_results' || game.phase_data.next_turn_at === null) return null;
  const at = game.phase_data.next_turn_at;
  // Before the first pong nothing is known of the server's clock but what the frame itself says.
  return Math.max(0, clockOffset === 0 ? at - game.timestamp * 1_000 : at - clockOffset - now);
}

export interface Patience {
  /** How long after the deadline of a move it should have been heard of, ms. */
  readonly overdue: number;
  /** How long a pause of a game may last, ms. */
  readonly pause: number;
  /** This machine's clock, epoch ms. */
  readonly now: number;
  /** A pause that was asked about is not asked about again. */
  readonly isAsked: boolean;
}

/** The ms from the last frame or from now until the next frame of a running game is overdue; Infinity when none is due. */
export function overdueIn({ game, clockOffset }: ClientState, patience: Patience): number {
  const { overdue, pause, now, isAsked } = patience;
  if (game === null || game.phase === 'game_over') return Infinity;
  if (game.deadline === null) return isAsked ? Infinity : pause;
  const left = game.deadline - clockOffset - now;
  return left > 0 ? left + overdue : Infinity;
}

type FrameOf<E extends ServerEvent> = { [K in E]: { event: K; data: ServerEvents<Seat>[K] } }[E];

function learn<E extends ServerEvent>(state: ClientState, { event, data }: FrameOf<E>): ClientState {
  return { ...state, ...LESSONS[event](data, state) };
}

/** Whether this is the name of an event of the protocol; a later server may send others, which are none of ours. */
export function isServerEvent(name: string): name is ServerEvent {
  return Object.hasOwn(LESSONS, name);
}

/** Who has which seat in the game, as the receiver: the one entry that shows its hand. */
export function ownEntry(game: GameView): { readonly name: string; readonly hand: readonly string[] } | null {
  for (const entry of Object.values(game.players))
    if (entry.hand !== undefined) return { name: entry.name, hand: entry.hand };
  return null;
}
