// The player's page: one place at a time, everything on it from the server's frames.

import { render } from 'preact';
import { Guarded } from './guarded.tsx';
import { texts, useLanguage } from './language.ts';
import { lazily } from './lazily.tsx';
import { Lobby } from './lobby.tsx';
import { Page } from './notices.tsx';
import { Room } from './room.tsx';
import { followLink, useRoute } from './route.ts';
import type { Route } from './route.ts';

const Leaderboard = lazily(() => import('./ranking/leaderboard.tsx').then((part) => part.Leaderboard));
const ReplayPage = lazily(() => import('./replay/replay.tsx').then((part) => part.ReplayPage));
const RulesText = lazily(() => import('./rules.tsx').then((part) => part.RulesText));

function App() {
  useLanguage();
  const route = useRoute();
  return (
    <Guarded place={JSON.stringify(route)}>
      <Place route={route} />
    </Guarded>
  );
}

function Place({ route }: { route: Route }) {
  switch (route.page) {
    case 'lobby':
      return <Lobby />;
    case 'rules':
      return <Rules />;
    case 'leaderboard':
      return <Leaderboard />;
    case 'replay':
      return <ReplayPage room={route.room} />;
    case 'room':
      return <Room key={`${route.room} ${route.watch}`} room={route.room} watch={route.watch} />;
  }
}

function Rules() {
  return (
    <Page title={texts().rulesOfGame}>
      <div class="card">
        <RulesText />
      </div>
      <a class="button secondary" href="/" onClick={followLink}>
        {texts().backToLobby}
      </a>
    </Page>
  );
}

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
