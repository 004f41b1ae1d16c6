// The player's page: one place at a time, everything on it from the server's frames.

import { render } from 'preact';
import { Lobby } from './lobby.tsx';
import { Room } from './room.tsx';
import { useRoute } from './route.ts';

function App() {
  const route = useRoute();
  return route.page === 'lobby' ? <Lobby /> : <Room key={route.room} room={route.room} />;
}

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
