// A player's plate at the table: who it is, piles against declaration, score, the running clock, and what they say.

import type { Seat } from '../../game/seats.ts';
import type { Emote, PlayerEntry } from '../../protocol/server-frames.ts';
import { Avatar } from '../avatar.tsx';
import { texts } from '../language.ts';
import { ClockRing } from './countdown.tsx';
import { Mood } from './emotes.tsx';
import { plain } from './who.ts';

interface PlateProps {
  readonly player: PlayerEntry<Seat>;
  readonly isMe: boolean;
  readonly isAwaited: boolean;
  readonly deadline: number | null;
  readonly clockOffset: number;
  readonly emote: Emote | null;
  /** The system made this player's last move. */
  readonly isForced: boolean;
}

export function Plate({ player, isMe, isAwaited, deadline, clockOffset, emote, isForced }: PlateProps) {
  const t = texts();
  const presence = presenceOf(player) ?? (isMe && isForced ? t.forced : null);
  return (
    <div class={isAwaited ? 'plate awaited' : 'plate'} aria-current={isAwaited ? 'step' : undefined}>
      <span class="face">
        <Avatar name={player.name} colour={player.avatar_color} />
        {isAwaited && <ClockRing deadline={deadline} clockOffset={clockOffset} />}
      </span>
      <span class="plate-text">
        <span class="name">
          {player.name}
          {isMe && <span class="unseen">({t.you})</span>}
        </span>
        <Piles taken={player.captured_piles} declared={player.declared} />
      </span>
      <span class="score">
        <span aria-hidden="true">{plain(player.score)}</span>
        <span class="unseen">
          {t.score(player.score)}, {t.pieces(player.hand_size)}
        </span>
      </span>
      {presence !== null && <span class="presence">{presence}</span>}
      {emote !== null && (
        <span class="bubble" aria-hidden="true">
          <Mood emote={emote} /> {t.emote(emote)}
        </span>
      )}
    </div>
  );
}

/** A pip for every pile declared, filled when taken; piles too many stand out. */
function Piles({ taken, declared }: { taken: number; declared: number | null }) {
  const pips = Array.from({ length: Math.max(taken, declared ?? 0) }, (_, index) => {
    if (index >= taken) return 'pip';
    return declared !== null && index >= declared ? 'pip over' : 'pip taken';
  });
  return (
    <span class="piles">
      <span class="unseen">{texts().piles(taken, declared)}</span>
      <span class="piles-number" aria-hidden="true">
        {taken}/{declared ?? '–'}
      </span>
      <span class="pips" aria-hidden="true">
        {pips.map((look, index) => (
          <span key={index} class={look} />
        ))}
      </span>
    </span>
  );
}

function presenceOf({ is_bot, is_connected, original_is_bot }: PlayerEntry<Seat>): string | null {
  if (original_is_bot) return null;
  if (is_bot) return texts().awayBot;
  return is_connected ? null : texts().connectionLost;
}
