// The lobby: who one is, quick play, a room of one's own, somebody else's by its code, and the open rooms.

import { useState } from 'preact/hooks';
import type { RoomSummary } from '../protocol/server-frames.ts';
import type { Client } from './client.ts';
import { texts } from './language.ts';
import { NameField, useName } from './name-field.tsx';
import { Page } from './notices.tsx';
import { roomsToTry } from './quick-play.ts';
import { followLink, goToRoom, goToWatch } from './route.ts';
import { rememberName, rememberSeat } from './seat-memory.ts';
import { Tiles } from './tile.tsx';
import { useClient } from './use-client.ts';

const HERO = ['CHARIOT_BLACK(7)', 'GENERAL_RED(14)', 'HORSE_BLACK(5)'];

export function Lobby() {
  const connection = useClient({ place: 'lobby' });
  const [name, setName] = useName();
  const [isPrivate, setPrivate] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const { client, state } = connection;
  const isReady = client !== null && state.status === 'online' && !isBusy && name.trim() !== '';
  const t = texts();

  /** Takes a seat one way or the other and goes there; a refusal shows at the top of the page. */
  const enter = async (take: (lobby: Client) => Promise<string | null>) => {
    if (client === null) return;
    setBusy(true);
    try {
      const room = await take(client);
      if (room !== null) goToRoom(room);
    } finally {
      setBusy(false);
    }
  };
  const join = (room: string) => void enter((lobby) => joinRoom(lobby, room, name));

  return (
    <Page title="Liap Tui" connection={connection}>
      <div class="lobby">
        <section class="hero">
          <div aria-hidden="true">
            <Tiles pieces={HERO} />
          </div>
          <div class="stack">
            <p>{t.tagline}</p>
            <a href="/leaderboard" onClick={followLink}>
              {t.leaderboard}
            </a>
          </div>
        </section>
        <section class="card stack">
          <form
            class="stack"
            onSubmit={(event) => {
              event.preventDefault();
              void enter((lobby) => quickPlay(lobby, name));
            }}
          >
            <NameField name={name} onName={setName} />
            <button type="submit" class="big" disabled={!isReady}>
              {t.quickPlay}
            </button>
            <p class="faint small centered-text">{t.quickPlayHint}</p>
          </form>
          <div class="own-room">
            <button
              type="button"
              class="secondary"
              disabled={!isReady}
              onClick={() => void enter((lobby) => createRoom(lobby, name, isPrivate))}
            >
              {t.createRoom}
            </button>
            <label class="switch">
              <input
                type="checkbox"
                role="switch"
                checked={isPrivate}
                onChange={(event) => setPrivate(event.currentTarget.checked)}
              />
              <span>
                {t.privateRoom}
                <span class="faint small block">{t.privateHint}</span>
              </span>
            </label>
          </div>
          <JoinByCode isReady={isReady} onJoin={join} />
        </section>
        <section class="card stack" aria-labelledby="rooms-title">
          <h2 id="rooms-title">{t.openRooms}</h2>
          <RoomList rooms={state.rooms} isReady={isReady} onJoin={join} />
        </section>
        {state.running.length > 0 && (
          <section class="card stack" aria-labelledby="running-title">
            <h2 id="running-title">{t.runningGames}</h2>
            <ul class="rooms">
              {state.running.map((room) => (
                <li key={room.room_id}>
                  <RoomLine room={room} note={humansOf(room)} />
                  <button type="button" class="secondary" onClick={() => goToWatch(room.room_id)}>
                    {t.watch} <span class="unseen">{t.joinRoom(room.room_id)}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </Page>
  );
}

/** The room that has waited longest, or a new one; null when even that was refused. */
async function quickPlay(client: Client, name: string): Promise<string | null> {
  const answer = await client.send('get_rooms', {});
  const rooms =
    answer.ok && answer.frame.event === 'room_list_update'
      ? answer.frame.data.rooms
      : (client.state.rooms ?? []);
  for (const room of roomsToTry(rooms, name.trim()).slice(0, 3)) {
    const joined = await joinRoom(client, room, name);
    if (joined !== null) return joined;
    // Somebody was faster: that is no news for the player.
    client.dismissProblem();
  }
  return createRoom(client, name, false);
}

/** Creates a room and remembers the seat in it; null when that was refused. */
async function createRoom(client: Client, name: string, isPrivate: boolean): Promise<string | null> {
  const answer = await client.send('create_room', { player_name: name, private: isPrivate });
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
  const isEmpty = code.trim() === '';
  return (
    <form
      class="code-form"
      onSubmit={(event) => {
        event.preventDefault();
        onJoin(code.trim());
      }}
    >
      <label class="field">
        {texts().codeOfRoom}
        <input
          name="room_id"
          class="code"
          value={code}
          onInput={(event) => setCode(event.currentTarget.value.toUpperCase())}
          maxLength={6}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
        />
      </label>
      <button type="submit" class="secondary" disabled={!isReady || isEmpty}>
        {texts().join}
      </button>
      <button type="button" class="secondary" disabled={isEmpty} onClick={() => goToWatch(code.trim())}>
        {texts().watch}
      </button>
    </form>
  );
}

/** Who plays there, bots left out. */
function humansOf({ players }: RoomSummary): string {
  return players.flatMap((player) => (player === null || player.is_bot ? [] : [player.name])).join(', ');
}

function RoomLine({ room, note }: { room: RoomSummary; note: string }) {
  return (
    <span class="room-line">
      <span>
        <strong>{room.host_name}</strong> <span class="code faint">{room.room_id}</span>
      </span>
      <span class="row small">
        <span class="seat-dots" aria-hidden="true">
          {room.players.map((player, place) => (
            <span key={place} class={player === null ? 'dot' : `dot ${player.avatar_color}`} />
          ))}
        </span>
        <span class="faint">{note}</span>
      </span>
    </span>
  );
}

interface RoomListProps {
  readonly rooms: readonly RoomSummary[] | null;
  readonly isReady: boolean;
  readonly onJoin: (room: string) => void;
}

function RoomList({ rooms, isReady, onJoin }: RoomListProps) {
  const t = texts();
  if (rooms === null) return <p class="faint">{t.lookingForRooms}</p>;
  if (rooms.length === 0) return <p class="faint">{t.noRooms}</p>;
  return (
    <ul class="rooms">
      {rooms.map((room) => (
        <li key={room.room_id}>
          <RoomLine room={room} note={t.seatsTaken(room.occupied_slots, room.total_slots)} />
          <button type="button" class="secondary" disabled={!isReady} onClick={() => onJoin(room.room_id)}>
            {t.join} <span class="unseen">{t.joinRoom(room.room_id)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
