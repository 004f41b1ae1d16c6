// A game that is over, as the world beyond the room hears of it: the detail of the event `game.finished`. Pure; it says how
// things were when the game ended, whatever has happened in the room since.

import { SEATS } from '../game/seats.ts';
import type { Seat } from '../game/seats.ts';
import { evolve } from './evolve.ts';
import { usageAfter } from './record.ts';
import type { Commit, RoomRecord } from './record.ts';
import type { FinishedRoom, GameOutcome, PlayerId, Room, RoomId } from './room.ts';
import { NO_USAGE } from './usage.ts';
import type { Usage } from './usage.ts';

export interface FinishedSeat {
  readonly name: string;
  /** Whose game it was, also when a bot played it to its end for one who left; null for a bot from the start. */
  readonly player: PlayerId | null;
  readonly score: number;
  readonly turnsWon: number;
  readonly perfectRounds: number;
  readonly isWinner: boolean;
  /** Its player left the game for good. */
  readonly left: boolean;
}

export interface GameFinished {
  readonly roomId: RoomId;
  readonly game: number;
  readonly outcome: GameOutcome;
  /** Scored ones. */
  readonly rounds: number;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** In seat order. None when nothing is known of the game any more. */
  readonly seats: readonly FinishedSeat[];
  /** What it used of AWS, if that is known; what that costs is src/app/prices.ts. */
  readonly usage?: Usage;
}

type Leavers = ReadonlyMap<Seat, PlayerId>;
const NOBODY: Leavers = new Map();

/** A game from the room it ended in; null when the room has no such result, or does not say alone who left, and when. */
export function finishedFrom(
  { room, usage }: Pick<RoomRecord, 'room' | 'usage'>,
  game: number,
): GameFinished | null {
  if (room.stage !== 'finished' || room.result.game !== game) return null;
  const isAnyoneGone = SEATS.some((seat) => {
    const occupant = room.seats[seat];
    return occupant.kind === 'bot' && occupant.origin === 'left';
  });
  return isAnyoneGone ? null : toldOf(room, usage, NOBODY);
}

/** Reads a room's log for one game, commit by commit from the first; gives the game as soon as its end has been read. */
export function createFinishReader(game: number): (commit: Commit) => GameFinished | null {
  let room: Room = { stage: 'none' };
  let leavers: Leavers = NOBODY;
  let usage = NO_USAGE;
  return (commit) => {
    const { events, at } = commit;
    usage = usageAfter(usage, commit);
    for (const event of events) {
      if (event.type === 'GameStarted') leavers = NOBODY;
      if (event.type === 'LeftForGood' && room.stage === 'playing') {
        const occupant = room.seats[event.seat];
        if (occupant.kind === 'human') leavers = new Map([...leavers, [event.seat, occupant.player]]);
      }
      room = evolve(room, event, at);
      if (event.type === 'GameEnded' && room.stage === 'finished' && room.result.game === game)
        return toldOf(room, usage, leavers);
    }
    return null;
  };
}

function toldOf({ id, seats, result }: FinishedRoom, usage: Usage, leavers: Leavers): GameFinished {
  const { game, outcome, sheet, startedAt, endedAt, winners, tally } = result;
  return {
    roomId: id,
    game,
    outcome,
    rounds: sheet.length,
    startedAt,
    endedAt,
    usage,
    seats: SEATS.map((seat) => {
      const occupant = seats[seat];
      const { total: score, turnsWon, perfectRounds } = tally[seat];
      const leaver = leavers.get(seat);
      return {
        name: occupant.name,
        player: leaver ?? (occupant.kind === 'human' ? occupant.player : null),
        score,
        turnsWon,
        perfectRounds,
        isWinner: winners.includes(seat),
        left: leaver !== undefined,
      };
    }),
  };
}
