// What the compiler must refuse: a frame for one seat that holds another's hand. The lines marked below do not compile
// without their mark, and would not compile with it if they were allowed (`npm run typecheck`).

import { expect, test } from '@jest/globals';
import { framesFor } from '../../../src/protocol/frames.ts';
import type {
  Frame,
  OtherPlayer,
  OwnPlayer,
  PhaseChange,
  PieceLabel,
  PlayerEntry,
} from '../../../src/protocol/server-frames.ts';
import type { HandOf, Hands } from '../../../src/room/room.ts';
import { viewFor } from '../../../src/room/view.ts';
import type { View } from '../../../src/room/view.ts';
import { gameAt, given, liveRoom } from '../../support/room.ts';

const story = given(gameAt('turn'));
const room = liveRoom(story);
const hands = (): Hands => {
  if (room.stage !== 'playing' || room.game.phase.name === 'starting') throw new Error('No hands');
  return room.game.phase.round.hands;
};
const publicPlayer = {
  name: 'Ben',
  is_bot: false,
  is_host: false,
  avatar_color: 'purple',
  hand_size: 8,
  declared: null,
  captured_piles: 0,
  score: 0,
  zero_declares_in_a_row: 0,
  is_connected: true,
  original_is_bot: false,
};
const labelsOfBen: HandOf<2, PieceLabel> = ['GENERAL_BLACK(13)'];

test('a frame for one seat is none for another, nor for a spectator', () => {
  const forAnn: readonly Frame<1>[] = framesFor(story.change, 1);
  const forNobody: readonly Frame<never>[] = framesFor<never>(story.change, null);
  // @ts-expect-error -- Ann's frames cannot be sent to Ben
  const toBen: readonly Frame<2>[] = forAnn;
  // @ts-expect-error -- nor to whoever has no seat
  const toNobody: readonly Frame<never>[] = forAnn;
  // @ts-expect-error -- nor can frames be made for a seat under the name of another
  const made: readonly Frame<2>[] = framesFor(story.change, 1);
  const toAnybody: readonly Frame<2>[] = forNobody;
  expect([toBen, toNobody, made]).toEqual([forAnn, forAnn, forAnn]);
  expect(JSON.stringify(toAnybody)).not.toContain('"hand"');
});

test('an entry of another player has no field for a hand', () => {
  // @ts-expect-error -- pieces do not fit where the type says never
  const other: OtherPlayer = { ...publicPlayer, hand: labelsOfBen };
  // @ts-expect-error -- and nothing can be read there but `undefined`
  const read: readonly string[] = other.hand;
  expect(read).toEqual(labelsOfBen);
});

test('the hand of seat 2 does not fit into the entry of seat 1', () => {
  // @ts-expect-error -- Ben's pieces in Ann's own entry
  const own: OwnPlayer<1> = { ...publicPlayer, hand: labelsOfBen };
  // @ts-expect-error -- nor into any entry that goes to Ann
  const entry: PlayerEntry<1> = { ...publicPlayer, hand: labelsOfBen };
  const bens: OwnPlayer<2> = { ...publicPlayer, hand: labelsOfBen };
  // @ts-expect-error -- nor as part of a whole view of the game
  const players: PhaseChange<1>['players'] = { Ben: bens };
  expect([own, entry, players['Ben']]).toEqual([bens, bens, bens]);
});

test('the hand of one seat cannot be looked at as another’s', () => {
  const dealt = hands();
  // @ts-expect-error -- Ben's hand under Ann's name
  const asAnns: HandOf<1> = dealt[2];
  // @ts-expect-error -- hands given out in the wrong order
  const swapped: Hands = { 1: dealt[2], 2: dealt[1], 3: dealt[3], 4: dealt[4] };
  // @ts-expect-error -- a view of one seat as another's
  const view: View<1> = viewFor(room, 2);
  expect(asAnns).toBe(dealt[2]);
  expect(swapped[1]).toBe(dealt[2]);
  expect(view.own?.hand).toBe(dealt[2]);
});
