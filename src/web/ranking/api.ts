// The HTTP API as the players' page asks it for results. The session is the browser's cookie.

import type { LeaderboardPage, OwnStatistics } from '../../protocol/http.ts';

/** How long an answer may take before it counts as none, ms. */
const PATIENCE_MS = 10_000;

/** Own rating and statistics; null when they cannot be had. */
export function fetchOwnStatistics(): Promise<OwnStatistics | null> {
  return fetchJson<OwnStatistics>('/api/players/me');
}

/** A page of the ranking, the first without a cursor; null when it cannot be had. */
export function fetchLeaderboard(cursor: string | null): Promise<LeaderboardPage | null> {
  const query = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
  return fetchJson<LeaderboardPage>(`/api/leaderboard?limit=20${query}`);
}

async function fetchJson<T>(path: string): Promise<T | null> {
  try {
    const response = await fetch(path, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.ok ? ((await response.json()) as T) : null;
  } catch {
    return null;
  }
}
