// The own hand: to look at, or to choose from, with arrow keys as well.

import { texts } from '../language.ts';
import { shownOrder } from '../pieces.ts';
import { Tile } from '../tile.tsx';

interface HandProps {
  readonly pieces: readonly string[];
  /** Positions chosen, when there is something to choose. */
  readonly chosen?: ReadonlySet<number>;
  readonly onToggle?: (position: number) => void;
}

export function Hand({ pieces, chosen, onToggle }: HandProps) {
  return (
    <div class="hand" role="group" aria-label={texts().yourHand} onKeyDown={moveFocus}>
      {shownOrder(pieces).map((position) => {
        const piece = pieces[position] ?? '';
        if (onToggle === undefined) return <Tile key={position} piece={piece} />;
        const isChosen = chosen?.has(position) === true;
        return (
          <button
            key={position}
            type="button"
            class="pick"
            aria-pressed={isChosen}
            onClick={() => onToggle(position)}
          >
            <Tile piece={piece} />
          </button>
        );
      })}
    </div>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** Left and right go from tile to tile; space and enter press, as on any button. */
function moveFocus(event: KeyboardEvent): void {
  const step = STEPS[event.key];
  const { currentTarget: hand, target } = event;
  if (step === undefined || !(hand instanceof HTMLElement) || !(target instanceof HTMLElement)) return;
  const tiles = [...hand.querySelectorAll('button')];
  const next = tiles.findIndex((tile) => tile === target) + step;
  tiles[(next + tiles.length) % tiles.length]?.focus();
  event.preventDefault();
}
