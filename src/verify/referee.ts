// The referee of a log: what stands on the table after each entry, or why that entry cannot be. It knows the rules (src/game)
// and how a log is written, and nothing of the code that wrote it.

import type { EventType } from '../room/events.ts';
import { judgeGame, MOVES } from './game.ts';
import type { Entry, ToldEvent } from './log.ts';
import { isOwnMove } from './movers.ts';
import { isOfRoom, isOfSeat, judgeRoom, judgeSeat } from './seats.ts';
import { isObjection } from './table.ts';
import type { Ruling, Seeds, Table } from './table.ts';

/** What may come after an event in one commit; nothing unless it is named here. */
const MAY_FOLLOW: Readonly<Partial<Record<EventType, readonly EventType[]>>> = {
  TaskEntered: ['BotTookOver', ...MOVES],
  BotTookOver: ['BotTookOver', 'GameEnded', ...MOVES],
  RedealDecided: ['RedealDecided', 'BotTookOver'],
  Detached: ['Attached'],
  SpectatorLeft: ['Attached'],
  LeftForGood: ['HostChanged'],
  GameEnded: ['RoomClosed'],
};

/** What comes of one more entry. */
export function judge(table: Table, entry: Entry, seeds: Seeds): Ruling {
  const { seq, at, event } = entry;
  const place = problemOfPlace(table, entry);
  if (place !== null) return { problem: place };
  const ruling = judgeEvent(table, event, at, seeds);
  if (isObjection(ruling)) return ruling;
  const follow = ruling.follow === table.follow ? { may: MAY_FOLLOW[event.type] ?? [] } : ruling.follow;
  return { ...ruling, seq, at, follow };
}

/** Whether the log may end here. */
export function problemOfEnd({ follow }: Table): string | null {
  return 'must' in follow ? `The log breaks off: ${follow.must.join(' or ')} must follow.` : null;
}

function problemOfPlace(table: Table, entry: Entry): string | null {
  const { seq, at, follow } = table;
  const { type } = entry.event;
  if (entry.seq === seq && seq > 0) {
    if (entry.at !== at) return 'Its time is not that of its commit.';
    const allowed = 'must' in follow ? follow.must : follow.may;
    if (!allowed.includes(type)) return `In its commit ${type} cannot come next.`;
    return isOwnMove(table, entry.event) && !leadsNow(table)
      ? 'A player’s own move is a commit of its own.'
      : null;
  }
  if (entry.seq !== seq + 1)
    return seq === 0
      ? 'A log begins with commit 1; fetch it from there.'
      : `Commit ${seq + 1} must come next.`;
  if ('must' in follow) return `Commit ${seq} is not whole: ${follow.must.join(' or ')} must follow.`;
  return entry.at < at ? 'It happened before what is in front of it.' : null;
}

/** Whether the turn has just begun: that is told with its first play where it began untold. */
function leadsNow({ game }: Table): boolean {
  return game?.phase.name === 'turn' && game.phase.plays.length === 0;
}

function judgeEvent(table: Table, event: ToldEvent, at: number, seeds: Seeds): Ruling {
  if (isOfSeat(event)) return judgeSeat(table, event, at);
  if (isOfRoom(event)) return judgeRoom(table, event, at);
  const { stage, game, settings } = table;
  if (stage !== 'playing' || game === null || settings === null) return { problem: 'No game is running.' };
  return judgeGame({ ...table, game, settings }, event, at, seeds);
}
