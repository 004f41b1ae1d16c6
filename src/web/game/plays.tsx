// What lies on the table in a turn, in the order it was laid.

import type { TablePlay } from '../../protocol/server-frames.ts';
import { texts } from '../language.ts';
import { Tiles } from '../tile.tsx';

interface PlaysProps {
  /** Names in the order of play. */
  readonly order: readonly string[];
  readonly plays: Readonly<Record<string, TablePlay>>;
  readonly winner?: string;
}

export function Plays({ order, plays, winner }: PlaysProps) {
  return (
    <ol class="plays" aria-label="On the table">
      {order.map((name) => {
        const play = plays[name];
        return (
          <li key={name} class={name === winner ? 'winning' : undefined}>
            <span class="who">
              <strong>{name}</strong>
              {name === winner && <span class="badge">Won</span>}
            </span>
            {play === undefined ? (
              <span class="faint">…</span>
            ) : (
              <>
                <Tiles pieces={play.pieces} />
                <span class="faint">{texts().setWorth(play.play_type, play.play_value)}</span>
              </>
            )}
          </li>
        );
      })}
    </ol>
  );
}
