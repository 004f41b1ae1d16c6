// Where in the operator's page we are; every place has an address, so that it can be opened in a tab of its own or sent on.

import { useEffect, useState } from 'preact/hooks';

export type Route =
  | { readonly page: 'overview' }
  | { readonly page: 'rooms' }
  | { readonly page: 'room'; readonly room: string };

/** Reads an address's path; anything unknown is the overview. */
export function routeOf(path: string): Route {
  const [, rooms, room] = /^\/admin\/(rooms)(?:\/([A-Za-z0-9]{1,16}))?\/?$/.exec(path) ?? [];
  if (room !== undefined) return { page: 'room', room: room.toUpperCase() };
  return { page: rooms === undefined ? 'overview' : 'rooms' };
}

export function pathOf(route: Route): string {
  switch (route.page) {
    case 'overview':
      return '/admin';
    case 'rooms':
      return '/admin/rooms';
    case 'room':
      return `/admin/rooms/${route.room}`;
  }
}

export function goTo(route: Route): void {
  history.pushState(null, '', pathOf(route));
  dispatchEvent(new PopStateEvent('popstate'));
  scrollTo(0, 0);
}

/** The current route, following links and the back button. */
export function useRoute(): Route {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const follow = (): void => setPath(location.pathname);
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  return routeOf(path);
}
