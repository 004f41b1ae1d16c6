// What a game that has just ended did to the own rating. It arrives a moment after the game's end; nobody waits for it.

import { useEffect, useState } from 'preact/hooks';
import type { OwnStatistics, PlayedGame } from '../../protocol/http.ts';
import { plain } from '../game/who.ts';
import { texts } from '../language.ts';
import { followLink } from '../route.ts';
import { fetchOwnStatistics } from './api.ts';

/** When to ask, ms after the end was shown: the event goes through a bus and a queue. */
const ASK_AFTER_MS = [300, 700, 1_500, 3_000, 6_000, 12_000];

interface Props {
  readonly room: string;
  /** When the game ended, epoch seconds: what tells it from others of the room. */
  readonly endedAt: number;
}

/** The own rating and how the game changed it, once that is known; nothing until then. */
export function RatingChange({ room, endedAt }: Props) {
  const known = useOwnGame(room, endedAt);
  const t = texts();
  return (
    <p class="rating-change" role="status">
      {known !== null && (
        <>
          <span>{t.yourRating}</span> <strong>{known.own.rating}</strong>{' '}
          <Change change={known.game.rating_change} />{' '}
          <a href="/leaderboard" onClick={followLink}>
            {t.leaderboard}
          </a>
        </>
      )}
    </p>
  );
}

/** Up, down, or not rated: by sign and words, not by colour alone. */
export function Change({ change }: { change: number | null }) {
  if (change === null) return <span class="faint">{texts().unrated}</span>;
  return <span class={change < 0 ? 'loss' : 'gain'}>{signed(change)}</span>;
}

/** With a sign that screen readers and eyes both take for one. */
function signed(change: number): string {
  if (change === 0) return '±0';
  return change > 0 ? `+${change}` : plain(change);
}

interface Known {
  readonly own: OwnStatistics;
  readonly game: PlayedGame;
}

function useOwnGame(room: string, endedAt: number): Known | null {
  const [known, setKnown] = useState<Known | null>(null);
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const askLater = (attempt: number): void => {
      const delay = ASK_AFTER_MS[attempt];
      if (delay === undefined) return;
      timer = setTimeout(() => void ask(attempt), delay);
    };
    const ask = async (attempt: number): Promise<void> => {
      const own = await fetchOwnStatistics();
      if (isOver) return;
      const game = own?.recent.find((each) => each.room_id === room && each.ended_at === endedAt);
      if (own !== null && game !== undefined) setKnown({ own, game });
      else askLater(attempt + 1);
    };
    askLater(0);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [room, endedAt]);
  return known;
}
