// How a turn ended, and the button to go on.

import type { ComponentChildren } from 'preact';
import type { GameProps } from './game.tsx';
import { Panel } from './panel.tsx';
import { Plays } from './plays.tsx';

export function TurnResult({
  view,
  me,
  client,
  hand,
}: GameProps<'turn_results'> & { hand: ComponentChildren }) {
  const { turn_winner, winning_play, turn_plays, next_phase, ready_players } = view.phase_data;
  const piles = `${winning_play.pilesWon} ${winning_play.pilesWon === 1 ? 'pile' : 'piles'}`;
  const isReady = ready_players.includes(me);
  return (
    <Panel title={turn_winner === me ? `You win ${piles}` : `${turn_winner} wins ${piles}`}>
      <Plays order={Object.keys(turn_plays)} plays={turn_plays} winner={turn_winner} />
      {hand}
      <div class="row">
        <button
          type="button"
          disabled={isReady || !view.allowed_actions.includes('player_ready')}
          onClick={() => void client.send('player_ready', {})}
        >
          {next_phase === 'turn' ? 'Continue' : 'Continue to the scores'}
        </button>
        {ready_players.length > 0 && <span class="faint">Ready: {ready_players.join(', ')}</span>}
      </div>
    </Panel>
  );
}
