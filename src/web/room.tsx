// A room: take a seat if this tab has none, wait for players, play.

import { useEffect, useState } from 'preact/hooks';
import { ownEntry } from './client-state.ts';
import type { ClientState } from './client-state.ts';
import { Game } from './game/game.tsx';
import { joinRoom } from './lobby.tsx';
import { NameField, useName } from './name-field.tsx';
import { Farewell, Page } from './notices.tsx';
import { showGamePath } from './route.ts';
import { forgetSeat, seatIn } from './seat-memory.ts';
import { useClient } from './use-client.ts';
import { WaitingRoom } from './waiting-room.tsx';

export function Room({ room }: { room: string }) {
  const [name, setName] = useState(() => seatIn(room));
  if (name === null) return <TakeSeat room={room} onSeat={() => setName(seatIn(room))} />;
  return (
    <Seated
      room={room}
      name={name}
      onUnseat={() => {
        forgetSeat(room);
        setName(null);
      }}
    />
  );
}

/** For who came by a link: a name, and a seat under it. */
function TakeSeat({ room, onSeat }: { room: string; onSeat: () => void }) {
  const connection = useClient('lobby');
  const [name, setName] = useName();
  const { client, state } = connection;
  return (
    <Page title={`Room ${room}`} connection={connection}>
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          if (client !== null)
            void joinRoom(client, room, name).then((joined) => joined !== null && onSeat());
        }}
      >
        <NameField name={name} onName={setName} />
        <button type="submit" disabled={client === null || state.status !== 'online' || name.trim() === ''}>
          Take a seat
        </button>
      </form>
    </Page>
  );
}

interface SeatedProps {
  readonly room: string;
  readonly name: string;
  readonly onUnseat: () => void;
}

function Seated({ room, name, onUnseat }: SeatedProps) {
  const connection = useClient(room, name);
  const { client, state } = connection;
  const isPlaying = state.game !== null;
  useEffect(() => {
    if (isPlaying) showGamePath(room);
  }, [isPlaying, room]);
  const isOver = state.farewell !== null;
  useEffect(() => {
    if (isOver) forgetSeat(room);
  }, [isOver, room]);

  const title = isPlaying ? 'Liap Tui' : `Room ${room}`;
  if (state.farewell !== null) {
    return (
      <Page title={title} connection={connection}>
        <Farewell message={state.farewell.message} />
      </Page>
    );
  }
  if (client === null || state.room === null) {
    return (
      <Page title={title} connection={connection}>
        <p class="faint">Going to the room…</p>
      </Page>
    );
  }
  if (!isSeated(state, name)) {
    return (
      <Page title={title} connection={connection}>
        <section class="card centered">
          <p>You are not sitting at this table as {name}. The seat may be open in another window.</p>
          <div class="row">
            <button type="button" onClick={() => location.reload()}>
              Play in this window
            </button>
            <button type="button" class="secondary" onClick={onUnseat}>
              Ask for another seat
            </button>
          </div>
        </section>
      </Page>
    );
  }
  return (
    <Page title={title} connection={connection}>
      {state.game === null ? (
        <WaitingRoom room={room} name={name} client={client} view={state.room} />
      ) : (
        <Game game={state.game} client={client} state={state} />
      )}
    </Page>
  );
}

/** Whether this connection speaks for the seat: in a game it then sees a hand. */
function isSeated({ room, game }: ClientState, name: string): boolean {
  if (game !== null) return ownEntry(game) !== null;
  return room?.seats.some((seat) => seat?.name === name) === true;
}
