// How a turn ended, and the button to go on.

import { texts } from '../language.ts';
import type { GameProps } from './game.tsx';
import { IdleHand } from './idle-hand.tsx';
import { Tray } from './tray.tsx';

export function TurnResult({ view, me, act }: GameProps<'turn_results'>) {
  const { turn_winner, winning_play, next_phase, ready_players } = view.phase_data;
  const t = texts();
  const { type, value, pilesWon } = winning_play;
  return (
    <Tray title={turn_winner === me ? t.youWin(pilesWon) : t.wins(turn_winner, pilesWon)}>
      <p class="say">{ready_players.length > 0 ? t.ready(ready_players) : t.setWorth(type, value)}</p>
      <IdleHand view={view} />
      {me !== null && (
        <div class="actions">
          <button
            type="button"
            disabled={
              act === null || ready_players.includes(me) || !view.allowed_actions.includes('player_ready')
            }
            onClick={() => void act?.('player_ready', {})}
          >
            {next_phase === 'turn' ? t.continue : t.continueToScores}
          </button>
        </div>
      )}
    </Tray>
  );
}
