// Calls a player who looks elsewhere: title and vibration when it is their turn, and sounds for what happens.

import { useEffect } from 'preact/hooks';
import type { GameView } from '../client-state.ts';
import { texts } from '../language.ts';
import { playSound } from '../sound.ts';
import type { Sound } from '../sound.ts';
import { awaitedIn } from './who.ts';

const TITLE = 'Liap Tui';
/** ms */
const VIBRATION = 120;

export function useAttention(view: GameView, me: string | null): void {
  const isMine = me !== null && awaitedIn(view).includes(me);
  useEffect(() => {
    document.title = isMine ? `● ${texts().yourTurn} – ${TITLE}` : TITLE;
    return () => {
      document.title = TITLE;
    };
  }, [isMine]);
  useEffect(() => {
    if (!isMine) return;
    playSound('turn');
    // Safari knows no vibration.
    if ('vibrate' in navigator) navigator.vibrate(VIBRATION);
  }, [isMine]);
  useEffect(() => {
    const sound = soundOf(view, me);
    if (sound !== null) playSound(sound);
  }, [momentOf(view)]);
}

/** What a view sounds like, besides the call to one's turn. */
function soundOf(view: GameView, me: string | null): Sound | null {
  if (view.phase === 'game_over') return me !== null && view.phase_data.winners.includes(me) ? 'win' : 'pile';
  if (view.phase === 'turn_results') return 'pile';
  if (view.last_action?.kind === 'play' && view.phase === 'turn') return 'lay';
  return view.last_action?.kind === 'declare' ? 'declare' : null;
}

/** Tells what happened from that it is told again: a view may differ from the last in nothing that sounds. */
function momentOf({ round, phase, phase_data, last_action }: GameView): string {
  const turn = phase === 'turn' || phase === 'turn_results' ? phase_data.current_turn_number : 0;
  return JSON.stringify([round, phase, turn, last_action]);
}
