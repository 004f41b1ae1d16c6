// The protocol client as a hook: one connection for as long as the component shows one place.

import { useEffect, useState } from 'preact/hooks';
import { Client } from './client.ts';
import { NOTHING_KNOWN } from './client-state.ts';
import type { ClientState, GameView } from './client-state.ts';
import { advance, arrive, dueIn, NOTHING_SHOWN } from './pacing.ts';
import type { Pacing } from './pacing.ts';

export interface Connection {
  /** Null until the component is on the page. */
  readonly client: Client | null;
  readonly state: ClientState;
  /** The game as it is to be shown now: a little behind `state.game` when much happens at once. */
  readonly shown: GameView | null;
}

export interface Place {
  /** `lobby` or a room's code. */
  readonly place: string;
  readonly playerName?: string;
  /** To watch without a seat. */
  readonly watch?: boolean;
}

/** Connects to the lobby or a room. The session is the browser's cookie. */
export function useClient({ place, playerName, watch = false }: Place): Connection {
  const [connection, setConnection] = useState<Connection>({
    client: null,
    state: NOTHING_KNOWN,
    shown: null,
  });
  useEffect(() => {
    const client = new Client({
      url: location.origin,
      place,
      watch,
      ...(playerName === undefined ? {} : { playerName }),
    });
    const pace = pacer((shown) => setConnection({ client, state: client.state, shown }));
    const wake = () => {
      if (!document.hidden) client.wake();
    };
    const doubt = () => client.distrust();
    const stop = client.subscribe((state) => pace.arrive(state.game));
    setConnection({ client, state: client.state, shown: null });
    // A phone that was locked, a page from the back-forward cache, a network that came back: timers may have slept, and the socket died.
    addEventListener('online', wake);
    addEventListener('pageshow', wake);
    document.addEventListener('visibilitychange', wake);
    addEventListener('offline', doubt);
    return () => {
      removeEventListener('online', wake);
      removeEventListener('pageshow', wake);
      document.removeEventListener('visibilitychange', wake);
      removeEventListener('offline', doubt);
      stop();
      pace.stop();
      client.close();
    };
  }, [place, playerName, watch]);
  return connection;
}

/** Calls `show` after every change, with the view to show; with reduced motion that is always the newest. */
function pacer(show: (shown: GameView | null) => void) {
  let pacing: Pacing<GameView> = NOTHING_SHOWN;
  let newest: GameView | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settle = () => {
    clearTimeout(timer);
    show(pacing.shown);
    const due = dueIn(pacing, Date.now());
    if (due === null) return;
    timer = setTimeout(() => {
      pacing = advance(pacing, Date.now());
      settle();
    }, due);
  };
  return {
    arrive: (game: GameView | null) => {
      if (game !== null && game !== newest)
        pacing = isUnpaced() ? { shown: game, since: 0, waiting: [] } : arrive(pacing, game, Date.now());
      newest = game;
      settle();
    },
    stop: () => clearTimeout(timer),
  };
}

/** Nobody sees steps on a hidden page, and some do not want to. */
function isUnpaced(): boolean {
  return document.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches;
}
