// A room: take a seat if this tab has none, wait for players, play; or watch.

import { useEffect, useState } from 'preact/hooks';
import { ownEntry } from './client-state.ts';
import type { ClientState } from './client-state.ts';
import { Game } from './game/game.tsx';
import { texts } from './language.ts';
import { joinRoom } from './lobby.tsx';
import { NameField, useName } from './name-field.tsx';
import { Farewell, Page } from './notices.tsx';
import { goToLobby, goToWatch, showGamePath } from './route.ts';
import { forgetSeat, seatIn } from './seat-memory.ts';
import { useClient } from './use-client.ts';
import { WaitingRoom } from './waiting-room.tsx';

export function Room({ room, watch }: { room: string; watch: boolean }) {
  const [name, setName] = useState(() => seatIn(room));
  if (watch) return <Table room={room} name={null} onUnseat={goToLobby} />;
  if (name === null) return <TakeSeat room={room} onSeat={() => setName(seatIn(room))} />;
  return (
    <Table
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
  const connection = useClient({ place: 'lobby' });
  const [name, setName] = useName();
  const { client, state } = connection;
  const t = texts();
  return (
    <Page title={t.roomTitle(room)} connection={connection}>
      <form
        class="card stack narrow"
        onSubmit={(event) => {
          event.preventDefault();
          if (client !== null)
            void joinRoom(client, room, name).then((joined) => joined !== null && onSeat());
        }}
      >
        <p>{t.takeSeatHint}</p>
        <NameField name={name} onName={setName} />
        <button
          type="submit"
          class="big"
          disabled={client === null || state.status !== 'online' || name.trim() === ''}
        >
          {t.takeSeat}
        </button>
        <div class="row">
          <button type="button" class="secondary" onClick={() => goToWatch(room)}>
            {t.watch}
          </button>
          <button type="button" class="secondary" onClick={goToLobby}>
            {t.backToLobby}
          </button>
        </div>
      </form>
    </Page>
  );
}

interface TableProps {
  readonly room: string;
  /** The seat's name; null: only watching. */
  readonly name: string | null;
  readonly onUnseat: () => void;
}

function Table({ room, name, onUnseat }: TableProps) {
  const connection = useClient(
    name === null ? { place: room, watch: true } : { place: room, playerName: name },
  );
  const { client, state, shown } = connection;
  const isPlaying = shown !== null && name !== null;
  useEffect(() => {
    if (isPlaying) showGamePath(room);
  }, [isPlaying, room]);
  const isOver = state.farewell !== null;
  useEffect(() => {
    if (isOver) forgetSeat(room);
  }, [isOver, room]);

  const title = texts().roomTitle(room);
  if (state.farewell !== null) {
    return (
      <Page title={title} connection={connection}>
        <Farewell {...state.farewell} />
      </Page>
    );
  }
  if (client === null || state.room === null) {
    return (
      <Page title={title} connection={connection}>
        <p class="faint">{texts().goingToRoom}</p>
      </Page>
    );
  }
  if (name !== null && !isSeated(state, name)) {
    return (
      <Page title={title} connection={connection}>
        <NotSeated name={name} onUnseat={onUnseat} />
      </Page>
    );
  }
  if (shown !== null) {
    return (
      <Game room={room} view={shown} isWatching={name === null} connection={{ ...connection, client }} />
    );
  }
  return (
    <Page title={title} connection={connection} look="table">
      <WaitingRoom room={room} name={name} client={client} view={state.room} />
    </Page>
  );
}

function NotSeated({ name, onUnseat }: { name: string; onUnseat: () => void }) {
  return (
    <section class="card centered">
      <p>{texts().notSeated(name)}</p>
      <div class="row">
        <button type="button" onClick={() => location.reload()}>
          {texts().playHere}
        </button>
        <button type="button" class="secondary" onClick={onUnseat}>
          {texts().anotherSeat}
        </button>
      </div>
    </section>
  );
}

/** Whether this connection speaks for the seat: in a game it then sees a hand. */
function isSeated({ room, game }: ClientState, name: string): boolean {
  if (game !== null) return ownEntry(game) !== null;
  return room?.seats.some((seat) => seat?.name === name) === true;
}
