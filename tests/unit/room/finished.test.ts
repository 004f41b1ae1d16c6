import { describe, expect, test } from '@jest/globals';
import type { RoomEvent } from '../../../src/room/events.ts';
import { createFinishReader, finishedFrom } from '../../../src/room/finished.ts';
import { applyCommit, NO_RECORD } from '../../../src/room/record.ts';
import type { Commit, RoomRecord } from '../../../src/room/record.ts';
import { NO_USAGE } from '../../../src/room/usage.ts';
import { gameAt, PEOPLE, ROOM, tableOf } from '../../support/room.ts';

const AT = 1_000;
const ABANDONED: RoomEvent = { type: 'GameEnded', outcome: 'abandoned', winners: [] };
const ABORTED: RoomEvent = { type: 'GameEnded', outcome: 'aborted', winners: [] };
const AGAIN: RoomEvent = { type: 'GameStarted', game: 2 };
const left = (seat: 1 | 2): RoomEvent => ({ type: 'LeftForGood', seat });

/** Each list of events as a commit, a second after the one before. */
function logOf(...lists: readonly (readonly RoomEvent[])[]): readonly Commit[] {
  return lists.map((events, place) => ({
    ...{ room: ROOM, seq: place + 1, at: AT * (place + 1), by: 'test', commandId: String(place) },
    events,
  }));
}
const recordOf = (log: readonly Commit[]): RoomRecord => log.reduce(applyCommit, NO_RECORD);
const inLog = (log: readonly Commit[], game = 1) => {
  const read = createFinishReader(game);
  for (const commit of log) {
    const finished = read(commit);
    if (finished !== null) return finished;
  }
  return null;
};

describe('a game that is over', () => {
  test('is told from the room alike as from its log', () => {
    const log = logOf(gameAt('turn', tableOf([1, 2])), [ABANDONED]);
    const finished = finishedFrom(recordOf(log), 1);
    expect(finished).toMatchObject({
      roomId: ROOM,
      game: 1,
      outcome: 'abandoned',
      startedAt: AT,
      endedAt: 2 * AT,
    });
    expect(finished?.seats.map(({ player, left }) => [player, left])).toEqual([
      [PEOPLE[1].player, false],
      [PEOPLE[2].player, false],
      [null, false],
      [null, false],
    ]);
    expect(inLog(log)).toEqual(finished);
  });

  test('is still the one it was when the next is running, or the room has closed', () => {
    const log = logOf(gameAt('turn'), [ABANDONED]);
    const told = inLog(log);
    const next = logOf(gameAt('turn'), [ABANDONED], [AGAIN], [ABORTED]);
    expect(finishedFrom(recordOf(next.slice(0, 3)), 1)).toBeNull();
    expect(inLog(next)).toEqual(told);
    expect(inLog(next, 2)).toMatchObject({ game: 2, outcome: 'aborted', startedAt: 3 * AT, endedAt: 4 * AT });
    const closed = logOf(gameAt('turn'), [ABORTED, { type: 'RoomClosed', reason: 'closed_by_operator' }]);
    expect(finishedFrom(recordOf(closed), 1)).toBeNull();
    expect(inLog(closed)).toMatchObject({ game: 1, outcome: 'aborted' });
  });

  test('is still that of the player who left it, as the log alone can tell', () => {
    const log = logOf(gameAt('turn'), [left(1)], [ABANDONED]);
    expect(finishedFrom(recordOf(log), 1)).toBeNull();
    expect(inLog(log)?.seats[0]).toMatchObject({ name: 'Ann', player: PEOPLE[1].player, left: true });
    expect(inLog(log)?.seats[1]).toMatchObject({ player: PEOPLE[2].player, left: false });
  });

  test('was not left by who left the room after it, nor the next one by who left this one', () => {
    const after = logOf(gameAt('turn'), [ABANDONED], [left(1)], [AGAIN], [ABORTED]);
    expect(finishedFrom(recordOf(after.slice(0, 3)), 1)).toBeNull();
    expect(inLog(after)?.seats[0]).toMatchObject({ player: PEOPLE[1].player, left: false });
    expect(inLog(after, 2)?.seats[0]).toMatchObject({ name: 'Ann', player: null, left: false });
  });

  test('tells what it has used, from its start to its end and not what came after', () => {
    const used = (messages: number) => ({ ...NO_USAGE, messages });
    const amounts = [1, 2, 4, 8];
    const log = logOf(gameAt('turn'), [left(1)], [ABANDONED], [AGAIN]).map((commit, place) => ({
      ...commit,
      usage: used(amounts[place] ?? 0),
    }));
    expect(finishedFrom({ ...recordOf(log.slice(0, 3)) }, 2)).toBeNull();
    expect(recordOf(log.slice(0, 3)).usage).toEqual(used(7));
    expect(inLog(log)?.usage).toEqual(used(7));
    expect(recordOf(log).usage).toEqual(used(8));
  });

  test('is not there before it has ended', () => {
    expect(inLog(logOf(gameAt('turn')))).toBeNull();
    expect(inLog(logOf(gameAt('turn'), [ABANDONED]), 2)).toBeNull();
  });
});
