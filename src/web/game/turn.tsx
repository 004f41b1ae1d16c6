// A turn: what has been laid, and the own move.

import { useState } from 'preact/hooks';
import { SET_SIZES } from '../../game/sets.ts';
import { ownEntry } from '../client-state.ts';
import type { GameProps } from './game.tsx';
import { Hand } from './hand.tsx';
import { Panel } from './panel.tsx';
import { texts } from '../language.ts';
import { setOf } from '../pieces.ts';
import { Plays } from './plays.tsx';

export function Turn(props: GameProps<'turn'>) {
  const { view, me, state } = props;
  const { turn_order, turn_plays, current_player, current_turn_number, required_piece_count } =
    view.phase_data;
  const isMine = current_player === me;
  return (
    <Panel
      title={isMine ? ownTitle(required_piece_count) : `Waiting for ${current_player ?? 'the result'}`}
      deadline={view.deadline}
      clockOffset={state.clockOffset}
    >
      <p class="faint">Turn {current_turn_number}</p>
      <Plays order={turn_order} plays={turn_plays} />
      <Move key={`${view.round} ${current_turn_number}`} {...props} isMine={isMine} />
    </Panel>
  );
}

function ownTitle(required: number | null): string {
  if (required === null) return 'Your turn: lead with a set of 1 to 6 pieces';
  return `Your turn: lay ${required} ${required === 1 ? 'piece' : 'pieces'}`;
}

/** Choosing pieces is possible at any time, playing them in one's turn. */
function Move({ view, client, isMine }: GameProps<'turn'> & { isMine: boolean }) {
  const hand = ownEntry(view)?.hand ?? [];
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [isSending, setSending] = useState(false);
  const positions = [...chosen].filter((position) => position < hand.length);
  const set = setOf(positions.map((position) => hand[position] ?? ''));
  const obstacle = obstacleTo(positions.length, set.type === 'INVALID', view.phase_data.required_piece_count);
  const play = async () => {
    setSending(true);
    const answer = await client.send('play', { piece_indices: positions });
    setSending(false);
    if (answer.ok) setChosen(new Set());
  };
  return (
    <>
      <Hand pieces={hand} chosen={chosen} onToggle={(position) => setChosen(toggled(chosen, position))} />
      {isMine && (
        <div class="row">
          <button type="button" disabled={obstacle !== null || isSending} onClick={() => void play()}>
            Play
          </button>
          <button
            type="button"
            class="secondary"
            disabled={chosen.size === 0}
            onClick={() => setChosen(new Set())}
          >
            Clear
          </button>
          <span role="status">{obstacle ?? texts().setWorth(set.type, set.worth)}</span>
        </div>
      )}
    </>
  );
}

/** Why the chosen pieces cannot be played; null when they can. */
function obstacleTo(count: number, isNoSet: boolean, required: number | null): string | null {
  if (required !== null) return count === required ? null : `Choose ${required}, you have chosen ${count}.`;
  if (count === 0) return 'Choose your pieces.';
  if (count > SET_SIZES.length) return 'At most six pieces can be laid.';
  return isNoSet ? 'Those pieces do not form a set, and the first play of a turn must be one.' : null;
}

function toggled(chosen: ReadonlySet<number>, position: number): ReadonlySet<number> {
  const next = new Set(chosen);
  if (!next.delete(position)) next.add(position);
  return next;
}
