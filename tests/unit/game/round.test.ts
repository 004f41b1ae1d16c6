/** Whole rounds of turns, played with nothing but the rules. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { botDeclares, botPlays } from '../../../src/game/bot.ts';
import { deal } from '../../../src/game/deal.ts';
import { PILES } from '../../../src/game/declaring.ts';
import type { Hand } from '../../../src/game/pieces.ts';
import { scoreSeat } from '../../../src/game/scoring.ts';
import { bySeat, orderFrom, SEATS } from '../../../src/game/seats.ts';
import type { BySeat, Seat } from '../../../src/game/seats.ts';
import { classify, pick, setsIn, winnerOf } from '../../../src/game/sets.ts';
import { firstStarter } from '../../../src/game/starter.ts';
import { seeds } from './arbitraries.ts';

/** Positions of what a player lays: as leader (null) a set, else any pieces of the required number. */
type Player = (hand: Hand, required: number | null) => readonly number[];

interface Turn {
  readonly leader: Seat;
  readonly winner: Seat;
  readonly piles: number;
}

function playRound(dealt: BySeat<Hand>, player: Player): readonly Turn[] {
  let hands = dealt;
  let leader = firstStarter(dealt);
  const turns: Turn[] = [];
  while (SEATS.some((seat) => hands[seat].length > 0)) {
    const order = orderFrom(leader);
    const lead = player(hands[leader], null);
    expect(classify(pick(hands[leader], lead))).not.toBe('INVALID');
    const chosen = bySeat((seat) => (seat === leader ? lead : player(hands[seat], lead.length)));
    const winner = order[winnerOf(order.map((seat) => pick(hands[seat], chosen[seat])))] ?? leader;
    turns.push({ leader, winner, piles: lead.length });
    const before = hands;
    hands = bySeat((seat) => before[seat].filter((_, position) => !chosen[seat].includes(position)));
    leader = winner;
  }
  return turns;
}

/** A player of whims: takes any set to lead and follows with any pieces. */
function whimsical(whims: readonly number[]): Player {
  let moves = 0;
  return (hand, required) => {
    const whim = whims[moves++ % whims.length] ?? 0;
    const sets = [1, 2, 3, 4, 5, 6].flatMap((size) => setsIn(hand, size));
    if (required === null) return sets[whim % sets.length] ?? [];
    const turned = [...hand.keys()].map((_, index) => (index + whim) % hand.length);
    return turned.slice(0, required);
  };
}

const players: fc.Arbitrary<Player> = fc.oneof(
  fc.constant(botPlays),
  fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }).map(whimsical),
);

test('a round has eight piles in all, however it is played, and every hand is empty at its end', () => {
  fc.assert(
    fc.property(seeds, players, (seed, player) => {
      const turns = playRound(deal(seed, 0), player);
      expect(turns.reduce((sum, { piles }) => sum + piles, 0)).toBe(PILES);
    }),
  );
});

test('the winner of a turn leads the next', () => {
  fc.assert(
    fc.property(seeds, players, (seed, player) => {
      const turns = playRound(deal(seed, 0), player);
      expect(turns.slice(1).map(({ leader }) => leader)).toEqual(
        turns.slice(0, -1).map(({ winner }) => winner),
      );
    }),
  );
});

test('never do all four hit, since what they declare is not what there is', () => {
  fc.assert(
    fc.property(seeds, players, (seed, player) => {
      const hands = deal(seed, 0);
      const order = orderFrom(firstStarter(hands));
      const declared = order.reduce<readonly number[]>((declared, seat) => {
        const isFirst = declared.length === 0;
        return [...declared, botDeclares({ hand: hands[seat], declared, zerosInARow: 0, isFirst })];
      }, []);
      const turns = playRound(hands, player);
      const scores = order.map((seat, index) => {
        const won = turns.filter(({ winner }) => winner === seat);
        const captured = won.reduce((sum, { piles }) => sum + piles, 0);
        return scoreSeat({ declared: declared[index] ?? 0, captured, multiplier: 1 });
      });
      expect(scores.some(({ bonus }) => bonus === 0)).toBe(true);
    }),
  );
});
