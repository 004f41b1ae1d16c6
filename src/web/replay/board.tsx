// The table of a step: four lanes, each with who sits there, the open hand, and what lies before it.

import { label } from '../../game/pieces.ts';
import type { Piece } from '../../game/pieces.ts';
import { SEATS } from '../../game/seats.ts';
import { Avatar } from '../avatar.tsx';
import { texts } from '../language.ts';
import { shownOrder } from '../pieces.ts';
import { Tiles } from '../tile.tsx';
import type { Occupant } from '../../room/room.ts';
import type { Board as Table, Place, Step } from './steps.ts';
import { setWorth } from './texts.ts';
import type { ReplayTexts } from './texts.ts';

interface BoardProps {
  readonly board: Table;
  readonly step: Step;
  readonly say: ReplayTexts;
}

export function Board({ board, step, say }: BoardProps) {
  return (
    <ul class="replay-lanes" aria-label={say.table}>
      {SEATS.map((seat) => (
        <Lane key={seat} place={board.places[seat]} occupant={step.seats[seat]} say={say} />
      ))}
    </ul>
  );
}

interface LaneProps {
  readonly place: Place;
  readonly occupant: Occupant;
  readonly say: ReplayTexts;
}

function Lane({ place, occupant, say }: LaneProps) {
  const { name, colour } = occupant;
  return (
    <li
      class={place.isActor ? 'replay-lane acting' : 'replay-lane'}
      aria-current={place.isActor ? 'step' : undefined}
    >
      <div class="replay-who">
        <Avatar name={name} colour={colour} />
        <span class="replay-name">
          <strong>{name}</strong>
          {place.isStarter && <span class="badge">{say.starter}</span>}
          {isStandIn(occupant) && <span class="badge">{texts().bot}</span>}
        </span>
        <span class="replay-count">
          {texts().piles(place.piles, place.declared)} · {texts().score(place.total)}
        </span>
      </div>
      <div class="replay-hand" role="group" aria-label={say.handOf(name)}>
        {place.hand.length === 0 ? (
          <span class="faint">{say.emptyHand}</span>
        ) : (
          <Tiles pieces={shown(place.hand)} />
        )}
      </div>
      <div
        class={place.hasWonTurn ? 'replay-play won' : 'replay-play'}
        role="group"
        aria-label={say.laidBy(name)}
      >
        {place.play !== null && (
          <>
            <Tiles pieces={place.play.pieces.map(label)} />
            <span class="replay-set">
              {setWorth(place.play.type, place.play.points)}
              {place.hasWonTurn && <span class="badge">{texts().won}</span>}
            </span>
          </>
        )}
      </div>
    </li>
  );
}

/** Whether a bot plays where the name is a human's; the others have a bot's name. */
function isStandIn(occupant: Occupant): boolean {
  return occupant.kind === 'bot' ? occupant.origin === 'left' : occupant.presence.status === 'replaced';
}

/** A hand as the wire writes it, in the order to show it. */
function shown(hand: readonly Piece[]): readonly string[] {
  const written = hand.map(label);
  return shownOrder(written).flatMap((position) => written[position] ?? []);
}
