// The own hand: to look at, or to choose from.

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
    <section class="hand" aria-label="Your hand">
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
    </section>
  );
}
