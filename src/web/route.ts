// Where in the page we are: the lobby, or a room (its game is the same place under another name).

import { useEffect, useState } from 'preact/hooks';

export type Route = { readonly page: 'lobby' } | { readonly page: 'room'; readonly room: string };

/** Reads an address's path; anything unknown is the lobby. */
export function routeOf(path: string): Route {
  const room = /^\/(?:room|game)\/([A-Za-z0-9]{1,16})\/?$/.exec(path)?.[1];
  return room === undefined ? { page: 'lobby' } : { page: 'room', room: room.toUpperCase() };
}

export function goToLobby(): void {
  go('/');
}

export function goToRoom(room: string): void {
  go(`/room/${room}`);
}

/** The same room, now that its game runs: nothing is loaded anew. */
export function showGamePath(room: string): void {
  if (location.pathname !== `/game/${room}`) history.replaceState(null, '', `/game/${room}`);
}

/** The current route, following links and the back button. */
export function useRoute(): Route {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const follow = () => {
      setPath(location.pathname);
    };
    addEventListener('popstate', follow);
    return () => {
      removeEventListener('popstate', follow);
    };
  }, []);
  return routeOf(path);
}

function go(path: string): void {
  history.pushState(null, '', path);
  dispatchEvent(new PopStateEvent('popstate'));
}
