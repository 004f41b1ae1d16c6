// The four players in seat order: who they are, piles against declaration, score, and whose move it is.

import type { PlayerEntry } from '../../protocol/server-frames.ts';
import type { Seat } from '../../game/seats.ts';
import type { GameView } from '../client-state.ts';
import type { GameProps } from './game.tsx';

export function Players({ view, me, state }: GameProps) {
  const awaited = awaitedIn(view);
  const seated = state.room?.seats.flatMap((seat) => (seat === null ? [] : [seat.name])) ?? [];
  const entries = seated.flatMap((name) => view.players[name] ?? []);
  return (
    <section aria-label="Players">
      <p class="round">
        Round {view.round}
        {view.phase !== 'game_over' && view.phase_data.redeal_multiplier > 1 && (
          <span class="badge">Scores count ×{view.phase_data.redeal_multiplier}</span>
        )}
      </p>
      <ul class="players">
        {entries.map((player) => (
          <Player
            key={player.name}
            player={player}
            isMe={player.name === me}
            isAwaited={awaited.includes(player.name)}
          />
        ))}
      </ul>
    </section>
  );
}

interface PlayerProps {
  readonly player: PlayerEntry<Seat>;
  readonly isMe: boolean;
  readonly isAwaited: boolean;
}

function Player({ player, isMe, isAwaited }: PlayerProps) {
  return (
    <li class={isAwaited ? 'player awaited' : 'player'} aria-current={isAwaited ? 'step' : undefined}>
      <span class="who">
        <span class={`avatar ${player.avatar_color}`} aria-hidden="true" />
        <strong>{player.name}</strong>
        {isMe && <span class="faint">you</span>}
      </span>
      <span class="faint">{presenceOf(player)}</span>
      <span>
        Piles {player.captured_piles} of {player.declared ?? '–'}
      </span>
      <span>
        Score {player.score}
        <span class="faint"> · {player.hand_size} in hand</span>
      </span>
    </li>
  );
}

function presenceOf({ is_bot, is_host, is_connected, original_is_bot }: PlayerEntry<Seat>): string {
  if (original_is_bot) return 'Bot';
  if (is_bot) return 'Away, a bot plays';
  if (!is_connected) return 'Connection lost';
  return is_host ? 'Host' : 'Player';
}

/** Whose decision the game waits for. */
function awaitedIn(view: GameView): readonly string[] {
  switch (view.phase) {
    case 'preparation':
      return view.phase_data.weak_players_awaiting ?? [];
    case 'declaration':
      return view.phase_data.current_declarer === null ? [] : [view.phase_data.current_declarer];
    case 'turn':
      return view.phase_data.current_player === null ? [] : [view.phase_data.current_player];
    case 'round_start':
    case 'turn_results':
    case 'scoring':
    case 'game_over':
      return [];
  }
}
