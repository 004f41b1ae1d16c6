// The protocol client as a hook: one connection for as long as the component shows one place.

import { useEffect, useState } from 'preact/hooks';
import { Client } from './client.ts';
import { NOTHING_KNOWN } from './client-state.ts';
import type { ClientState } from './client-state.ts';

export interface Connection {
  /** Null until the component is on the page. */
  readonly client: Client | null;
  readonly state: ClientState;
}

/** Connects to the lobby or a room, as the seat of that name if one is given. The session is the browser's cookie. */
export function useClient(place: string, playerName?: string): Connection {
  const [connection, setConnection] = useState<Connection>({ client: null, state: NOTHING_KNOWN });
  useEffect(() => {
    const client = new Client({
      url: location.origin,
      place,
      ...(playerName === undefined ? {} : { playerName }),
    });
    const retry = () => client.reconnectNow();
    const stop = client.subscribe((state) => setConnection({ client, state }));
    setConnection({ client, state: client.state });
    addEventListener('online', retry);
    return () => {
      removeEventListener('online', retry);
      stop();
      client.close();
    };
  }, [place, playerName]);
  return connection;
}
