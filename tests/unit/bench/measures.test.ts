/** What is measured of an event: when the last seat had its frames, when the sender its reply, and where the time went. */
import { describe, expect, it } from '@jest/globals';
import { measure } from '../../../scripts/bench/measures.ts';
import { Trace } from '../../../scripts/bench/trace.ts';
import type { Arrival, Span } from '../../../scripts/bench/trace.ts';

const span = (row: Span['row'], start: number, end: number): Span => ({ row, call: row, start, end });
const posted = (connection: string, start: number, left: number, at: number, text = 'view'): Arrival => ({
  connection,
  text,
  start,
  left,
  at,
  isReply: false,
});

/** A play: in at 10, read by 14, written by 20, broadcaster begun at 28, posts from there, replied at 30. */
function play(arrivals: readonly Arrival[]): Trace {
  const trace = new Trace({ kind: 'frame', connection: 'a', id: 'x' }, 'play', 0, () => undefined);
  trace.spans.push(span('frame', 0, 10), span('read', 10, 14), span('write', 15, 20), span('invoke', 20, 28));
  trace.began = 10;
  trace.returned = 30;
  trace.arrivals.push(...arrivals);
  return trace;
}
const REPLY: Arrival = {
  connection: 'a',
  text: '{"reply_to":"x"}',
  start: 30,
  left: 30,
  at: 34,
  isReply: true,
};

describe('an event', () => {
  it('is over for the players when the last seat has its frame', () => {
    const { last, reply } = measure(play([REPLY, posted('b', 28, 36, 40), posted('c', 28, 44, 50)]));
    expect(reply?.ms).toBe(34);
    expect(last).toMatchObject({
      ms: 50,
      path: { 'edge in': 10, read: 4, write: 5, 'broadcaster begun': 8, posts: 16, 'edge out': 6, own: 1 },
    });
  });

  it('counts two frames in a row to one seat as one path', () => {
    const frames = [posted('b', 28, 36, 40, 'turn'), posted('b', 36, 45, 49, 'view')];
    expect(measure(play([REPLY, ...frames])).last).toMatchObject({
      ms: 49,
      path: { posts: 17, 'edge out': 4 },
    });
  });

  it('takes the first copy of a frame that was posted twice', () => {
    const copies = [posted('b', 28, 60, 70), posted('b', 28, 45, 50)];
    expect(measure(play([REPLY, ...copies])).last?.ms).toBe(50);
  });

  it('ends with the frames of its own commit, whatever comes of a connection that was found gone', () => {
    const frames = [posted('b', 28, 36, 40, '{"seq":7}'), posted('b', 70, 80, 90, '{"seq":8}')];
    const { last } = measure(play([{ ...REPLY, text: '{"reply_to":"x","seq":7}' }, ...frames]));
    expect(last?.ms).toBe(40);
  });

  it('has its reply among the posts when the route has no response', () => {
    const { reply } = measure(play([posted('a', 28, 36, 41, '{"reply_to":"x"}'), posted('b', 28, 36, 43)]));
    expect(reply).toMatchObject({ ms: 41, path: { posts: 8, effects: 0 } });
  });

  it('of the machine goes by what it led to', () => {
    const trace = new Trace({ kind: 'tick' }, 'tick', 0, () => undefined);
    trace.arrivals.push(posted('a', 5, 9, 12, '{"phase":"turn"}'));
    expect(measure(trace).label).toBe('pause over, then turn');
  });
});
