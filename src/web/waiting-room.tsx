// The waiting room: the table with its four seats, what the host may do with them, and the way for friends to get here.

import { useState } from 'preact/hooks';
import type { Seat } from '../game/seats.ts';
import { SEATS } from '../game/seats.ts';
import type { SeatSummary } from '../protocol/server-frames.ts';
import { Avatar } from './avatar.tsx';
import type { Client } from './client.ts';
import type { RoomView } from './client-state.ts';
import { Dialog } from './dialog.tsx';
import { texts } from './language.ts';
import { lazily } from './lazily.tsx';
import { goToLobby } from './route.ts';

const Share = lazily(() => import('./share.tsx').then((part) => part.Share));

interface WaitingRoomProps {
  readonly room: string;
  /** Null: only watching. */
  readonly name: string | null;
  readonly client: Client;
  readonly view: RoomView;
}

export function WaitingRoom({ room, name, client, view }: WaitingRoomProps) {
  const isHost = view.hostName === name;
  const free = SEATS.filter((seat) => (view.seats[seat - 1] ?? null) === null);
  const t = texts();
  return (
    <div class="waiting">
      <section class="board lounge" aria-label={t.table}>
        <div class="middle">
          <span class="code room-code">{room}</span>
          {view.isPrivate && <span class="badge">{t.privateBadge}</span>}
          <ShareButton room={room} />
          {view.spectators > 0 && <span class="small">{t.spectators(view.spectators)}</span>}
        </div>
        <ul class="around">
          {SEATS.map((seat) => (
            <SeatCard
              key={seat}
              seat={seat}
              player={view.seats[seat - 1] ?? null}
              isHost={isHost}
              name={name}
              client={client}
            />
          ))}
        </ul>
      </section>
      <section class="tray">
        <h2 aria-live="polite">{waitingFor(free.length, isHost)}</h2>
        <div class="row actions">
          {isHost && (
            <button
              type="button"
              class="big"
              disabled={free.length > 0}
              onClick={() => void client.send('start_game', {})}
            >
              {t.startGame}
            </button>
          )}
          {isHost && free.length > 0 && (
            <button
              type="button"
              class="secondary"
              onClick={() => {
                for (const seat of free) void client.send('add_bot', { slot_id: seat });
              }}
            >
              {t.fillWithBots}
            </button>
          )}
          <button
            type="button"
            class="secondary"
            onClick={() => {
              if (name === null) goToLobby();
              else void client.send('leave_room', {});
            }}
          >
            {t.leaveRoom}
          </button>
        </div>
      </section>
    </div>
  );
}

function waitingFor(free: number, isHost: boolean): string {
  if (free > 0) return texts().seatsFree(free);
  return isHost ? texts().everybodyHere : texts().waitingForHost;
}

function ShareButton({ room }: { room: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="on-felt" onClick={() => setOpen(true)}>
        {texts().inviteFriends}
      </button>
      {isOpen && (
        <Dialog title={texts().inviteFriends} onClose={() => setOpen(false)}>
          <Share room={room} />
        </Dialog>
      )}
    </>
  );
}

interface SeatCardProps {
  readonly seat: Seat;
  readonly player: SeatSummary | null;
  readonly isHost: boolean;
  readonly name: string | null;
  readonly client: Client;
}

function SeatCard({ seat, player, isHost, name, client }: SeatCardProps) {
  const t = texts();
  if (player === null) {
    return (
      <li class="chair empty">
        <span class="small">{t.seatFree(seat)}</span>
        {isHost && (
          <button
            type="button"
            class="on-felt"
            onClick={() => void client.send('add_bot', { slot_id: seat })}
          >
            {t.addBot} <span class="unseen">{t.toSeat(seat)}</span>
          </button>
        )}
      </li>
    );
  }
  return (
    <li class="chair">
      <Avatar name={player.name} colour={player.avatar_color} />
      <strong class="name">{player.name}</strong>
      <span class="row tags">
        {player.name === name && <span class="badge">{t.you}</span>}
        {player.is_host && <span class="badge">{t.host}</span>}
        {player.is_bot && <span class="badge">{t.bot}</span>}
      </span>
      {isHost && player.name !== name && (
        <button
          type="button"
          class="quiet small"
          onClick={() => void client.send('remove_player', { slot_id: seat })}
        >
          {t.remove} <span class="unseen">{player.name}</span>
        </button>
      )}
    </li>
  );
}
