// The operator's page: asks for the token once, then shows the system and its rooms. Read-only, but that a room can be closed.

import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Guarded } from '../guarded.tsx';
import { createApi } from './api.ts';
import { Login } from './login.tsx';
import { Overview } from './overview.tsx';
import { Link } from './parts.tsx';
import { RoomView } from './room.tsx';
import { RoomList } from './rooms.tsx';
import { useRoute } from './route.ts';
import { tabShelf } from '../storage.ts';
import type { Route } from './route.ts';

/** The token's place: this tab alone, and gone with it. */
const TOKEN_KEY = 'liap-operator-token';

function App() {
  const [token, setToken] = useState(() => tabShelf.read(TOKEN_KEY));
  const [farewell, setFarewell] = useState<string | null>(null);
  const leave = (message: string | null): void => {
    tabShelf.forget(TOKEN_KEY);
    setFarewell(message);
    setToken(null);
  };
  const enter = (accepted: string): void => {
    tabShelf.write(TOKEN_KEY, accepted);
    setToken(accepted);
  };
  if (token === null) return <Login farewell={farewell} onAccepted={enter} />;
  return <Desk token={token} onLeave={leave} />;
}

interface DeskProps {
  readonly token: string;
  /** With a sentence when the server does not take the token any more. */
  readonly onLeave: (message: string | null) => void;
}

function Desk({ token, onLeave }: DeskProps) {
  const api = useMemo(() => createApi(token), [token]);
  const route = useRoute();
  useEffect(() => {
    document.title = `${titleOf(route)} · Operator · Liap Tui`;
  }, [route]);
  const view = { api, onUnauthorized: onLeave };
  return (
    <>
      <header class="bar">
        <p class="brand">
          <img src="/icon.svg" alt="" width="28" height="28" />
          Liap Tui <span>Operator</span>
        </p>
        <nav aria-label="Views">
          <Link to={{ page: 'overview' }} isCurrent={route.page === 'overview'}>
            Overview
          </Link>
          <Link to={{ page: 'rooms' }} isCurrent={route.page !== 'overview'}>
            Rooms
          </Link>
        </nav>
        <button type="button" class="quiet" onClick={() => onLeave(null)}>
          Log out
        </button>
      </header>
      <main>
        <Guarded place={JSON.stringify(route)}>
          {route.page === 'overview' && <Overview {...view} />}
          {route.page === 'rooms' && <RoomList {...view} />}
          {route.page === 'room' && <RoomView key={route.room} {...view} id={route.room} />}
        </Guarded>
      </main>
    </>
  );
}

function titleOf(route: Route): string {
  if (route.page === 'room') return `Room ${route.room}`;
  return route.page === 'rooms' ? 'Rooms' : 'Overview';
}

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
