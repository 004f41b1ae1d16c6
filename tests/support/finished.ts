// Finished games to make statistics of: what the event says, made up.

import fc from 'fast-check';
import type { FinishedSeat, GameFinished } from '../../src/room/finished.ts';
import { DAWN } from './memory-ports.ts';

/** A human's seat, or a bot's when its player is null. */
export function seatOf(
  player: string | null,
  score: number,
  changes: Partial<FinishedSeat> = {},
): FinishedSeat {
  const name = player === null ? 'Bot' : `${player} by name`;
  return { name, player, score, turnsWon: 8, perfectRounds: 3, isWinner: false, left: false, ...changes };
}

/** A game of four, by default of Ann, who wins, and three bots. */
export function gameWith(changes: Partial<GameFinished> = {}): GameFinished {
  const seats = changes.seats ?? [
    seatOf('ann', 50, { isWinner: true }),
    seatOf(null, 30),
    seatOf(null, 20),
    seatOf(null, 10),
  ];
  const times = { startedAt: DAWN, endedAt: DAWN + 600_000 };
  return { roomId: 'ABC234', game: 1, outcome: 'completed', rounds: 12, ...times, ...changes, seats };
}

const PLAYERS = ['ann', 'bob', 'cho', 'dan', 'eva'];

/** Some games, each of its own room, of the same few people and bots, that end at different times of two days. */
export const someGames = fc
  .array(
    fc.record({
      players: fc.shuffledSubarray([...PLAYERS, null, null], { minLength: 4, maxLength: 4 }),
      scores: fc.array(fc.integer({ min: -20, max: 60 }), { minLength: 4, maxLength: 4 }),
      leavers: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      outcome: fc.constantFrom('completed', 'completed', 'abandoned', 'aborted' as const),
      hours: fc.integer({ min: 0, max: 47 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((games) =>
    games.map(({ players, scores, leavers, outcome, hours }, place): GameFinished => {
      const best = Math.max(...scores);
      return gameWith({
        roomId: `ROOM${place}`,
        outcome,
        startedAt: DAWN + hours * 3_600_000,
        endedAt: DAWN + hours * 3_600_000 + 600_000 + place,
        seats: players.map((player, seat) => {
          const score = scores[seat] ?? 0;
          const left = player !== null && leavers[seat] === true;
          return seatOf(player, score, { left, isWinner: outcome === 'completed' && score === best });
        }),
      });
    }),
  );
