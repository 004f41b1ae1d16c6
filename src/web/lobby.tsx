// The lobby: choose a name, create a room or join one, from the live list or by its code.

import { useState } from 'preact/hooks';
import type { RoomSummary } from '../protocol/server-frames.ts';
import type { Client } from './client.ts';
import { NameField, useName } from './name-field.tsx';
import { Page } from './notices.tsx';
import { goToRoom } from './route.ts';
import { rememberName, rememberSeat } from './seat-memory.ts';
import { useClient } from './use-client.ts';

export function Lobby() {
  const connection = useClient('lobby');
  const [name, setName] = useName();
  const [isBusy, setBusy] = useState(false);
  const { client, state } = connection;
  const isReady = client !== null && state.status === 'online' && !isBusy && name.trim() !== '';

  /** Takes a seat one way or the other and goes there; a refusal shows at the top of the page. */
  const enter = async (take: (client: Client) => Promise<string | null>) => {
    if (client === null) return;
    setBusy(true);
    const room = await take(client);
    setBusy(false);
    if (room !== null) goToRoom(room);
  };

  return (
    <Page title="Liap Tui" connection={connection}>
      <section class="card">
        <NameField name={name} onName={setName} />
        <button
          type="button"
          disabled={!isReady}
          onClick={() => void enter((lobby) => createRoom(lobby, name))}
        >
          Create a room
        </button>
        <JoinByCode isReady={isReady} onJoin={(room) => void enter((lobby) => joinRoom(lobby, room, name))} />
      </section>
      <section class="card" aria-labelledby="rooms-title">
        <h2 id="rooms-title">Open rooms</h2>
        <RoomList
          rooms={state.rooms}
          isReady={isReady}
          onJoin={(room) => void enter((lobby) => joinRoom(lobby, room, name))}
        />
      </section>
    </Page>
  );
}

/** Creates a room and remembers the seat in it; null when that was refused. */
async function createRoom(client: Client, name: string): Promise<string | null> {
  const answer = await client.send('create_room', { player_name: name });
  if (!answer.ok || answer.frame.event !== 'room_created') return null;
  const { room_id, host_name } = answer.frame.data;
  rememberSeat(room_id, host_name);
  rememberName(host_name);
  return room_id;
}

/** Takes a seat in a room and remembers it; null when that was refused. */
export async function joinRoom(client: Client, room: string, name: string): Promise<string | null> {
  const answer = await client.send('join_room', { room_id: room, player_name: name });
  if (!answer.ok || answer.frame.event !== 'room_joined') return null;
  const { room_id, player_name } = answer.frame.data;
  rememberSeat(room_id, player_name);
  rememberName(player_name);
  return room_id;
}

function JoinByCode({ isReady, onJoin }: { isReady: boolean; onJoin: (room: string) => void }) {
  const [code, setCode] = useState('');
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        onJoin(code.trim());
      }}
    >
      <label class="field">
        Code of a room
        <input
          name="room_id"
          value={code}
          onInput={(event) => setCode(event.currentTarget.value.toUpperCase())}
          maxLength={6}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
        />
      </label>
      <button type="submit" class="secondary" disabled={!isReady || code.trim() === ''}>
        Join
      </button>
    </form>
  );
}

interface RoomListProps {
  readonly rooms: readonly RoomSummary[] | null;
  readonly isReady: boolean;
  readonly onJoin: (room: string) => void;
}

function RoomList({ rooms, isReady, onJoin }: RoomListProps) {
  if (rooms === null) return <p class="faint">Looking for rooms…</p>;
  if (rooms.length === 0) return <p class="faint">No room is waiting for players. Create one.</p>;
  return (
    <ul class="rooms">
      {rooms.map((room) => (
        <li key={room.room_id}>
          <span>
            <strong class="code">{room.room_id}</strong> hosted by {room.host_name}
            <br />
            <span class="faint">
              {room.occupied_slots} of {room.total_slots}: {namesIn(room)}
            </span>
          </span>
          <button type="button" class="secondary" disabled={!isReady} onClick={() => onJoin(room.room_id)}>
            Join <span class="unseen">room {room.room_id}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function namesIn({ players }: RoomSummary): string {
  return players.flatMap((player) => player?.name ?? []).join(', ');
}
