// The waiting room: four seats, and what the host may do with them.

import type { Seat } from '../game/seats.ts';
import { SEATS } from '../game/seats.ts';
import type { SeatSummary } from '../protocol/server-frames.ts';
import type { Client } from './client.ts';
import type { RoomView } from './client-state.ts';

interface WaitingRoomProps {
  readonly room: string;
  readonly name: string;
  readonly client: Client;
  readonly view: RoomView;
}

export function WaitingRoom({ room, name, client, view }: WaitingRoomProps) {
  const isHost = view.hostName === name;
  const free = view.seats.filter((seat) => seat === null).length;
  return (
    <section class="card">
      <p>
        Code of this room: <strong class="code">{room}</strong>
      </p>
      <ul class="seats">
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
      <p role="status">{waitingFor(free, isHost)}</p>
      <div class="row">
        {isHost && (
          <button type="button" disabled={free > 0} onClick={() => void client.send('start_game', {})}>
            Start the game
          </button>
        )}
        <button type="button" class="secondary" onClick={() => void client.send('leave_room', {})}>
          Leave the room
        </button>
      </div>
    </section>
  );
}

function waitingFor(free: number, isHost: boolean): string {
  if (free > 0) return `${free === 1 ? 'One seat is' : `${free} seats are`} still free.`;
  return isHost ? 'Everybody is here.' : 'Everybody is here. The host starts the game.';
}

interface SeatCardProps {
  readonly seat: Seat;
  readonly player: SeatSummary | null;
  readonly isHost: boolean;
  readonly name: string;
  readonly client: Client;
}

function SeatCard({ seat, player, isHost, name, client }: SeatCardProps) {
  if (player === null) {
    return (
      <li class="seat empty">
        <span class="faint">Seat {seat} is free</span>
        {isHost && (
          <button
            type="button"
            class="secondary"
            onClick={() => void client.send('add_bot', { slot_id: seat })}
          >
            Add a bot <span class="unseen">to seat {seat}</span>
          </button>
        )}
      </li>
    );
  }
  return (
    <li class="seat">
      <span>
        <span class={`avatar ${player.avatar_color}`} aria-hidden="true" />
        <strong>{player.name}</strong>
        {player.name === name && ' (you)'}
        {player.is_host && <span class="badge">Host</span>}
        {player.is_bot && <span class="badge">Bot</span>}
      </span>
      {isHost && player.name !== name && (
        <button
          type="button"
          class="secondary"
          onClick={() => void client.send('remove_player', { slot_id: seat })}
        >
          Remove <span class="unseen">{player.name}</span>
        </button>
      )}
    </li>
  );
}
