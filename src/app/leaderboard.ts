// What players see of the results: the ranking, and their own statistics.

import { handleOf } from './ids.ts';
import type { Clock } from './ports.ts';
import { FIRST_RATING } from './rating.ts';
import type { LeaderboardPage, OwnStatistics, PlayedGame, RankedPlayer } from '../protocol/http.ts';
import type { PlayerId } from '../room/room.ts';
import type { Profile, RecentGame } from '../store/result-items.ts';
import { RANKED_AFTER } from '../store/results.ts';
import type { Ranked, Results } from '../store/results.ts';

/** For so long a page of the ranking is answered from memory, and may be kept by whoever asked. */
export const LEADERBOARD_SECONDS = 10;
/** Pages kept in a function's memory at the most. */
const MOST_PAGES = 200;

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Pages of the ranking, each read at most once in ten seconds by a function instance; null for a cursor that no page came with. */
export function createLeaderboard(
  results: Pick<Results, 'ranking'>,
  clock: Pick<Clock, 'now'>,
): (page: PageRequest) => Promise<LeaderboardPage | null> {
  const pages = new Map<string, { readonly until: number; readonly page: Promise<LeaderboardPage | null> }>();
  return ({ limit, cursor }) => {
    const key = `${limit} ${cursor ?? ''}`;
    const now = clock.now();
    const known = pages.get(key);
    if (known !== undefined && known.until > now) return known.page;
    const page = readPage(results, { limit, cursor }, now);
    pages.delete(key);
    pages.set(key, { until: now + LEADERBOARD_SECONDS * 1_000, page });
    const [oldest] = pages.keys();
    if (pages.size > MOST_PAGES && oldest !== undefined) pages.delete(oldest);
    // A failure is told to those who wait for it and to nobody else.
    page.catch(() => pages.delete(key));
    return page;
  };
}

async function readPage(
  results: Pick<Results, 'ranking'>,
  request: PageRequest,
  now: number,
): Promise<LeaderboardPage | null> {
  const page = await results.ranking(request);
  if (page.kind === 'bad_cursor') return null;
  return {
    players: page.ranked.map(rankedPlayer),
    next: page.cursor,
    ranked_after: RANKED_AFTER,
    timestamp: now / 1_000,
  };
}

function rankedPlayer({ place, profile }: Ranked): RankedPlayer {
  const { handle, name, rating, games, wins, bestScore } = profile;
  return {
    place,
    handle,
    name,
    rating,
    games,
    wins,
    average_score: averageOf(profile),
    best_score: bestScore,
  };
}

/** A player's own statistics; those of a beginner for who has not played yet. */
export async function ownStatistics(
  results: Pick<Results, 'profile'>,
  player: PlayerId,
): Promise<OwnStatistics> {
  const profile = await results.profile(player);
  if (profile === null) return { ...BEGINNER, handle: handleOf(player) };
  const { handle, name, rating, rated, games, left, wins, rounds, perfectRounds, turnsWon } = profile;
  return {
    ...{ handle, name, rating, rated_games: rated, ranked_after: RANKED_AFTER },
    ...{ games, wins, left, rounds, perfect_rounds: perfectRounds, turns_won: turnsWon },
    average_score: averageOf(profile),
    best_score: profile.bestScore,
    recent: profile.recent.toSorted((a, b) => b.endedAt - a.endedAt).map(playedGame),
  };
}

const BEGINNER: Omit<OwnStatistics, 'handle'> = {
  ...{ name: null, rating: FIRST_RATING, rated_games: 0, ranked_after: RANKED_AFTER },
  ...{ games: 0, wins: 0, left: 0, rounds: 0, perfect_rounds: 0, turns_won: 0 },
  ...{ average_score: null, best_score: null, recent: [] },
};

function playedGame({ room, game, endedAt, isWinner, change, ...rest }: RecentGame): PlayedGame {
  const { outcome, score, place, left } = rest;
  return {
    ...{ room_id: room, game, ended_at: endedAt / 1_000, outcome, score, place, left },
    is_winner: isWinner,
    rating_change: change,
  };
}

/** Of the games played to their end, to a tenth; null without any. */
function averageOf({ games, left, totalScore }: Profile): number | null {
  const played = games - left;
  return played === 0 ? null : Math.round((10 * totalScore) / played) / 10;
}
