// The game of a room: who plays, what lies on the table, the own hand, and what to do now.

import { useState } from 'preact/hooks';
import type { Client } from '../client.ts';
import { ownEntry } from '../client-state.ts';
import type { ClientState, GameView } from '../client-state.ts';
import { Declaration } from './declaration.tsx';
import { GameOver } from './game-over.tsx';
import { Hand } from './hand.tsx';
import { Players } from './players.tsx';
import { Redeal } from './redeal.tsx';
import { RoundStart } from './round-start.tsx';
import { Scoring } from './scoring.tsx';
import { Turn } from './turn.tsx';
import { TurnResult } from './turn-result.tsx';

/** What every part of the game is given. */
export interface GameProps<P extends GameView['phase'] = GameView['phase']> {
  readonly view: Extract<GameView, { phase: P }>;
  readonly me: string;
  readonly client: Client;
  readonly state: ClientState;
}

export function Game({ game, client, state }: { game: GameView; client: Client; state: ClientState }) {
  const me = ownEntry(game)?.name ?? '';
  if (game.phase === 'game_over') return <GameOver view={game} me={me} client={client} state={state} />;
  return (
    <>
      <Players view={game} me={me} client={client} state={state} />
      <Table game={game} me={me} client={client} state={state} />
      <LeaveGame client={client} />
    </>
  );
}

type TableProps = Omit<GameProps, 'view'> & { readonly game: Exclude<GameView, { phase: 'game_over' }> };

function Table({ game, ...rest }: TableProps) {
  const hand = ownEntry(game)?.hand ?? [];
  // A hand that is only looked at; in a turn the hand is part of the move.
  const idleHand = <Hand pieces={hand} />;
  switch (game.phase) {
    case 'preparation':
      return <Redeal view={game} {...rest} hand={idleHand} />;
    case 'round_start':
      return <RoundStart view={game} {...rest} hand={idleHand} />;
    case 'declaration':
      return <Declaration view={game} {...rest} hand={idleHand} />;
    case 'turn':
      return <Turn view={game} {...rest} />;
    case 'turn_results':
      return <TurnResult view={game} {...rest} hand={idleHand} />;
    case 'scoring':
      return <Scoring view={game} {...rest} />;
  }
}

function LeaveGame({ client }: { client: Client }) {
  const [isAsking, setAsking] = useState(false);
  if (!isAsking) {
    return (
      <p class="leave">
        <button type="button" class="quiet" onClick={() => setAsking(true)}>
          Leave the game
        </button>
      </p>
    );
  }
  return (
    <p class="leave" role="group" aria-label="Leave the game">
      <span>A bot takes your seat for good.</span>
      <button type="button" class="secondary" onClick={() => void client.send('leave_game', {})}>
        Leave
      </button>
      <button type="button" class="secondary" onClick={() => setAsking(false)}>
        Stay
      </button>
    </p>
  );
}
