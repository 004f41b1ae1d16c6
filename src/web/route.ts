// Where in the page we are: the lobby, the rules, the leaderboard, or a room (its game is the same place under another name).

import { useEffect, useState } from 'preact/hooks';

export type Route =
  | { readonly page: 'lobby' }
  | { readonly page: 'rules' }
  | { readonly page: 'leaderboard' }
  /** Without a room: of a file. */
  | { readonly page: 'replay'; readonly room: string | null }
  | { readonly page: 'room'; readonly room: string; readonly watch: boolean };

/** Reads an address's path and query; anything unknown is the lobby. `?watch` is to watch without a seat. */
export function routeOf(path: string, query = ''): Route {
  if (/^\/rules\/?$/.test(path)) return { page: 'rules' };
  if (/^\/leaderboard\/?$/.test(path)) return { page: 'leaderboard' };
  const replay = /^\/replay(?:\/([A-Za-z0-9]{1,16}))?\/?$/.exec(path);
  if (replay !== null) return { page: 'replay', room: replay[1]?.toUpperCase() ?? null };
  const room = /^\/(?:room|game)\/([A-Za-z0-9]{1,16})\/?$/.exec(path)?.[1];
  if (room === undefined) return { page: 'lobby' };
  return { page: 'room', room: room.toUpperCase(), watch: new URLSearchParams(query).has('watch') };
}

export function goToLobby(): void {
  go('/');
}

export function goToRoom(room: string): void {
  go(`/room/${room}`);
}

export function goToWatch(room: string): void {
  go(`/room/${room}?watch`);
}

/** The same room, now that its game runs: nothing is loaded anew. */
export function showGamePath(room: string): void {
  if (location.pathname !== `/game/${room}`) history.replaceState(null, '', `/game/${room}`);
}

/** Follows a link within the page without loading it anew; with a key held down the browser does as usual. */
export function followLink(event: MouseEvent): void {
  const { currentTarget: link, metaKey, ctrlKey, shiftKey } = event;
  if (!(link instanceof HTMLAnchorElement) || metaKey || ctrlKey || shiftKey) return;
  event.preventDefault();
  go(link.pathname);
}

/** The current route, following links and the back button. */
export function useRoute(): Route {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const follow = () => setPlace(here());
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  return routeOf(place.path, place.query);
}

const here = () => ({ path: location.pathname, query: location.search });

function go(path: string): void {
  history.pushState(null, '', path);
  dispatchEvent(new PopStateEvent('popstate'));
  scrollTo(0, 0);
}
