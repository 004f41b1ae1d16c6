// The HTTP API as the operator's page asks it. What went wrong is a sentence; a token that does not fit ends the visit.

import type {
  ApiError,
  Closed,
  EventsPage,
  Health,
  ListedStage,
  RoomDetail,
  RoomStatsPage,
  SystemDays,
  SystemSeries,
  SystemStats,
} from '../../protocol/http.ts';

export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  /** `unauthorized`: the token is missing or wrong. */
  | { readonly kind: 'unauthorized' | 'failed'; readonly message: string };

export interface RoomSearch {
  readonly stage: ListedStage | null;
  readonly text: string;
  readonly cursor: string | null;
}

export interface Api {
  health(): Promise<Answer<Health>>;
  stats(): Promise<Answer<SystemStats>>;
  series(minutes: number): Promise<Answer<SystemSeries>>;
  days(days: number): Promise<Answer<SystemDays>>;
  rooms(search: RoomSearch, limit: number): Promise<Answer<RoomStatsPage>>;
  room(id: string): Promise<Answer<RoomDetail>>;
  /** Up to 500 commits after one. */
  events(id: string, after: number, limit: number): Promise<Answer<EventsPage>>;
  close(id: string): Promise<Answer<Closed>>;
}

/** How long an answer may take before it counts as none, ms. */
const PATIENCE_MS = 15_000;

export function createApi(token: string): Api {
  const ask = <T>(path: string, method = 'GET') => request<T>(token, path, method);
  return {
    health: () => ask('/api/health/detailed'),
    stats: () => ask('/api/system/stats'),
    series: (minutes) => ask(`/api/system/series?minutes=${minutes}`),
    days: (days) => ask(`/api/system/days?days=${days}`),
    rooms: ({ stage, text, cursor }, limit) => {
      const query = new URLSearchParams({ limit: String(limit) });
      if (stage !== null) query.set('stage', stage);
      if (text !== '') query.set('text', text);
      if (cursor !== null) query.set('cursor', cursor);
      return ask(`/api/debug/room-stats?${query.toString()}`);
    },
    room: (id) => ask(`/api/debug/rooms/${id}`),
    events: (id, after, limit) => ask(`/api/rooms/${id}/events?after=${after}&limit=${limit}`),
    close: (id) => ask(`/api/debug/rooms/${id}/close`, 'POST'),
  };
}

async function request<T>(token: string, path: string, method: string): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      headers: { authorization: `Bearer ${token}` },
      // The visitor's own session must not stand in for the token.
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const body = (await response.json()) as unknown;
    if (response.ok) return { kind: 'ok', value: body as T };
    const kind = response.status === 401 || response.status === 403 ? 'unauthorized' : 'failed';
    return { kind, message: messageOf(body) ?? `The server answered ${response.status}.` };
  } catch (error) {
    const isSlow = error instanceof DOMException && error.name === 'TimeoutError';
    return {
      kind: 'failed',
      message: isSlow ? 'The server takes too long to answer.' : 'The server cannot be reached.',
    };
  }
}

function messageOf(body: unknown): string | null {
  const { error } = body as Partial<ApiError>;
  return typeof error?.message === 'string' ? error.message : null;
}
