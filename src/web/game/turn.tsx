// A turn: choosing pieces, what they are together, and playing them.

import { useState } from 'preact/hooks';
import { ownEntry } from '../client-state.ts';
import { texts } from '../language.ts';
import { piecesOf } from '../pieces.ts';
import { bestSoFar, judgeSelection, suggestPlay } from '../selection.ts';
import type { Required, Selection } from '../selection.ts';
import type { GameProps } from './game.tsx';
import { Hand } from './hand.tsx';
import { Tray } from './tray.tsx';
import { entryOf } from '../../protocol/by-name.ts';

export function Turn(props: GameProps<'turn'>) {
  const { view, me, state } = props;
  const { current_player, required_piece_count } = view.phase_data;
  const hand = ownEntry(view)?.hand;
  const isMine = me !== null && current_player === me;
  return (
    <Tray
      title={titleFor(current_player, isMine, required_piece_count)}
      tone={isMine ? 'mine' : 'calm'}
      deadline={view.deadline}
      clockOffset={state.clockOffset}
    >
      {hand !== undefined && (
        // Positions mean the hand as it is now: with another hand the choice begins anew.
        <Move key={`${view.round} ${hand.length}`} {...props} hand={hand} isMine={isMine} />
      )}
    </Tray>
  );
}

function titleFor(player: string | null, isMine: boolean, required: number | null): string {
  const t = texts();
  if (isMine) return required === null ? t.lead : t.follow(required);
  return player === null ? t.waitingForResult : t.waitingFor([player]);
}

type MoveProps = GameProps<'turn'> & { readonly hand: readonly string[]; readonly isMine: boolean };

/** Choosing pieces is possible at any time, playing them in one's turn. */
function Move({ view, act, isSending, state, hand, isMine }: MoveProps) {
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const t = texts();
  const required = requiredIn(view);
  const positions = [...chosen];
  const selection = judgeSelection(
    positions.map((position) => hand[position] ?? ''),
    required,
  );
  const mayPlay = isMine && act !== null && selection.obstacle === null;
  const suggest = () => setChosen(new Set(suggestPlay(piecesOf(hand), required)));
  const unsent = state.status === 'online' ? t.sending : t.willBeSent;
  return (
    <>
      <p class={isMine && mayPlay ? 'say strong' : 'say'} role="status">
        {isSending ? unsent : sayOf(selection, isMine ? toBeat(view) : null)}
      </p>
      <Hand pieces={hand} chosen={chosen} onToggle={(position) => setChosen(toggled(chosen, position))} />
      <div class="actions">
        <button
          type="button"
          class="big"
          disabled={!mayPlay}
          onClick={() => void act?.('play', { piece_indices: positions })}
        >
          {t.play}
        </button>
        <button
          type="button"
          class="secondary"
          disabled={chosen.size === 0 || isSending}
          onClick={() => setChosen(new Set())}
        >
          {t.clear}
        </button>
        <button type="button" class="secondary" disabled={isSending} onClick={suggest}>
          {t.hint}
        </button>
      </div>
    </>
  );
}

type TurnView = GameProps<'turn'>['view'];

function requiredIn({
  phase_data: { required_piece_count, turn_order, turn_plays },
}: TurnView): Required | null {
  if (required_piece_count === null) return null;
  const best = bestSoFar(turn_order, turn_plays) ?? '';
  return { count: required_piece_count, best: entryOf(turn_plays, best)?.pieces ?? [] };
}

/** With nothing chosen: the play to beat, or how to lead. */
function toBeat({ phase_data: { turn_order, turn_plays } }: TurnView): string {
  const best = bestSoFar(turn_order, turn_plays);
  const play = best === null ? undefined : entryOf(turn_plays, best);
  if (best === null || play === undefined) return texts().leadHint;
  return texts().toBeat(best, texts().setWorth(play.play_type, play.play_value));
}

/** What the chosen pieces are, or why they may not be played. */
function sayOf({ type, worth, obstacle, wins }: Selection, otherwise: string | null): string {
  const t = texts();
  const set = t.setWorth(type, worth);
  if (obstacle === null) return wins ? set : t.cannotWin(set);
  if (obstacle.kind === 'nothing') return otherwise ?? t.obstacle(obstacle);
  // A set is named all the same, whatever stands in its way.
  return type === 'INVALID' ? t.obstacle(obstacle) : `${set}. ${t.obstacle(obstacle)}`;
}

function toggled(chosen: ReadonlySet<number>, position: number): ReadonlySet<number> {
  const next = new Set(chosen);
  if (!next.delete(position)) next.add(position);
  return next;
}
