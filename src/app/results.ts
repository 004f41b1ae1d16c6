// What a finished game does to its players and to its day. An event may come twice, late, out of order or after a try that died
// half way: a result is worked out once, and every sum knows which games are in it (docs/ratings.md).

import { FIRST_RATING, ratingChanges } from './rating.ts';
import type { Standing } from './rating.ts';
import { handleOf } from './ids.ts';
import type { Clock, Log, Random } from './ports.ts';
import type { GameFinished } from '../room/finished.ts';
import type { PlayerId } from '../room/room.ts';
import type {
  DayCounts,
  DayTally,
  KeptResult,
  KeptSeat,
  Profile,
  RecentGame,
} from '../store/result-items.ts';
import { dayOf, gameKeyOf, shardOf } from '../store/keys.ts';
import type { Day, GameKey } from '../store/keys.ts';
import { NO_GAMES } from '../store/results.ts';
import type { Results } from '../store/results.ts';

export interface ResultPorts {
  readonly results: Results;
  readonly clock: Clock;
  readonly random: Pick<Random, 'fraction'>;
  readonly log: Log;
}

/** Games that a sum remembers at least. It forgets none that is not settled, so none can be added again. */
const REMEMBERED = 8;
/** Tries of one write; others are at the same item only when a player's games, or many of a day, end together. */
const ATTEMPTS = 12;
const PAUSE_MS = 25;

/** Adds a finished game to its players' statistics and ratings and to its day; once, however often it is called. */
export async function recordResult(ports: ResultPorts, finished: GameFinished): Promise<void> {
  const { results, log } = ports;
  const game = gameKeyOf(finished);
  const known = await results.result(game);
  if (known?.isSettled === true) return;
  const profiles = await profilesOf(results, finished);
  const result = known ?? (await results.keep(workedOut(finished, profiles)));
  const outcomes = await Promise.allSettled([
    ...playersOf(result).map((player) => addToPlayer(ports, result, player, profiles.get(player) ?? null)),
    addToDay(ports, result),
  ]);
  // All are tried before any failure counts: the next delivery has the less to do.
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  await results.settle(game);
  log.info('result', { room: result.roomId, game: result.game, outcome: result.outcome });
}

function playersOf({ seats }: Pick<GameFinished, 'seats'>): readonly PlayerId[] {
  return [...new Set(seats.flatMap(({ player }) => (player === null ? [] : [player])))];
}

async function profilesOf(
  results: Results,
  finished: GameFinished,
): Promise<ReadonlyMap<PlayerId, Profile | null>> {
  const players = playersOf(finished);
  return new Map(
    await Promise.all(players.map(async (player) => [player, await results.profile(player)] as const)),
  );
}

/** The result with its changes of rating, from how the players stand now. */
function workedOut(finished: GameFinished, profiles: ReadonlyMap<PlayerId, Profile | null>): KeptResult {
  const { roomId, game, outcome, rounds, startedAt, endedAt, usage, seats } = finished;
  const standingOf = (player: PlayerId): Standing => profiles.get(player) ?? UNRATED;
  const changes = ratingChanges(
    seats.map(({ player, score, left }) => ({
      player,
      score,
      left,
      standing: player === null ? null : standingOf(player),
    })),
    outcome,
  );
  return {
    ...{ roomId, game, outcome, rounds, startedAt, endedAt },
    ...(usage && { usage }),
    seats: seats.map((seat, place): KeptSeat => ({ ...seat, change: changes[place] ?? null })),
    isSettled: false,
  };
}

const UNRATED: Standing = { rating: FIRST_RATING, rated: 0 };

async function addToPlayer(
  ports: ResultPorts,
  result: KeptResult,
  player: PlayerId,
  known: Profile | null,
): Promise<void> {
  const { results } = ports;
  const own = seatOf(result, player);
  // A fault of ours ends no game that counts, and nor does a desertion for those who only waited.
  if (own === undefined || !(own.left || result.outcome === 'completed' || own.change !== null)) return;
  const game = recentOf(result, own);
  await write(ports, {
    first: known,
    read: () => results.profile(player),
    put: (profile: Profile) => results.putProfile(profile),
    next: async (profile) => {
      const before = profile ?? newProfile(player);
      if (before.recent.some(({ key }) => key === game.key)) return null;
      const recent = await remembered(results, before.recent, ({ key }) => key);
      return { ...added(before, result, own), recent: [...recent, game] };
    },
  });
}

/** The seat that counts for a player: of several the best that was not left. */
function seatOf({ seats }: KeptResult, player: PlayerId): KeptSeat | undefined {
  return seats
    .filter((seat) => seat.player === player)
    .sort((a, b) => Number(a.left) - Number(b.left) || b.score - a.score)[0];
}

function recentOf(result: KeptResult, own: KeptSeat): RecentGame {
  const { roomId: room, game, endedAt, outcome, seats } = result;
  const { score, isWinner, left, change } = own;
  const isBetter = (other: KeptSeat): boolean =>
    left ? !other.left || other.score > score : !other.left && other.score > score;
  const place = 1 + seats.filter(isBetter).length;
  return { key: gameKeyOf(result), room, game, endedAt, outcome, score, place, isWinner, left, change };
}

function newProfile(player: PlayerId): Profile {
  return {
    ...{ player, version: 0, handle: handleOf(player), name: '', rating: FIRST_RATING, rated: 0 },
    ...{ games: 0, left: 0, wins: 0, rounds: 0, perfectRounds: 0, turnsWon: 0, totalScore: 0 },
    ...{ bestScore: null, lastAt: 0, recent: [] },
  };
}

/** A profile with one more game. Every field is a sum or a maximum: the order in which games are added does not matter. */
function added(before: Profile, { outcome, rounds, endedAt }: KeptResult, own: KeptSeat): Profile {
  const { change, left, name, score } = own;
  const isPlayed = outcome === 'completed' && !left;
  const plus = (sum: number, more: number): number => (isPlayed ? sum + more : sum);
  return {
    ...before,
    version: before.version + 1,
    name: endedAt >= before.lastAt ? name : before.name,
    rating: before.rating + (change ?? 0),
    rated: before.rated + (change === null ? 0 : 1),
    games: before.games + (isPlayed || left ? 1 : 0),
    left: before.left + (left ? 1 : 0),
    wins: plus(before.wins, own.isWinner ? 1 : 0),
    rounds: plus(before.rounds, rounds),
    perfectRounds: plus(before.perfectRounds, own.perfectRounds),
    turnsWon: plus(before.turnsWon, own.turnsWon),
    totalScore: plus(before.totalScore, score),
    bestScore: isPlayed ? Math.max(score, before.bestScore ?? score) : before.bestScore,
    lastAt: Math.max(before.lastAt, endedAt),
  };
}

async function addToDay(ports: ResultPorts, result: KeptResult): Promise<void> {
  const { results } = ports;
  const day = dayOf(result.endedAt);
  const shard = shardOf(result.roomId);
  const game = gameKeyOf(result);
  await write(ports, {
    first: null,
    read: () => results.day(shard, day),
    put: (tally: DayTally) => results.putDay(shard, tally),
    next: async (tally) => {
      const { version, counts, recent } = tally ?? newDay(day);
      if (recent.includes(game)) return null;
      const others = await remembered(results, recent, (key) => key);
      return { day, version: version + 1, counts: counted(counts, result), recent: [...others, game] };
    },
  });
}

function newDay(day: Day): DayTally {
  return { day, version: 0, counts: NO_GAMES, recent: [] };
}

function counted(counts: DayCounts, { outcome, rounds, startedAt, endedAt, seats }: KeptResult): DayCounts {
  const humans = seats.filter(({ player }) => player !== null).length;
  return {
    ...counts,
    [outcome]: counts[outcome] + 1,
    rounds: counts.rounds + rounds,
    humans: counts.humans + humans,
    bots: counts.bots + seats.length - humans,
    left: counts.left + seats.filter(({ left }) => left).length,
    seconds: counts.seconds + Math.round((endedAt - startedAt) / 1_000),
  };
}

/** What a sum still has to remember when another game comes: the latest ones, and of the others those that are not settled. */
async function remembered<T>(
  results: Results,
  recent: readonly T[],
  keyOf: (game: T) => GameKey,
): Promise<readonly T[]> {
  const latest = recent.slice(-(REMEMBERED - 1));
  const older = recent.slice(0, recent.length - latest.length);
  const open = await Promise.all(
    older.map(async (game) => {
      const result = await results.result(keyOf(game));
      return result !== null && !result.isSettled ? [game] : [];
    }),
  );
  return [...open.flat(), ...latest];
}

/** An item read, changed and written on the condition that nobody was faster; else again from what it has become. */
interface Change<T> {
  /** The item as it was read already; null to read it first. */
  readonly first: T | null;
  readonly read: () => Promise<T | null>;
  readonly put: (item: T) => Promise<boolean>;
  /** Null: there is nothing to change. */
  readonly next: (item: T | null) => Promise<T | null>;
}

async function write<T>(
  { clock, random }: ResultPorts,
  { first, read, put, next }: Change<T>,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const changed = await next((attempt === 0 ? first : null) ?? (await read()));
    if (changed === null || (await put(changed))) return;
    await clock.pause(random.fraction() * PAUSE_MS * 2 ** Math.min(attempt, 5));
  }
  throw new Error(`An item was written by others ${ATTEMPTS} times in a row`);
}
