/** The golden cases, computed with the original engine. LIAP_VECTORS names another file of the same form. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { botDeclares, botPlays } from '../../../src/game/bot.ts';
import { isWeak } from '../../../src/game/deal.ts';
import { allowedDeclarations } from '../../../src/game/declaring.ts';
import { PIECES } from '../../../src/game/pieces.ts';
import { scoreSeat } from '../../../src/game/scoring.ts';
import { classify, pick, PLAY_TYPES, winnerOf } from '../../../src/game/sets.ts';

const file = process.env['LIAP_VECTORS'] ?? new URL('../../fixtures/rules.json', import.meta.url);

const count = z.int().nonnegative();
const pieces = z.array(z.enum(PIECES));

/** A group that is missing or empty does not parse, and so fails this whole file. */
function group<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.array(z.object(shape)).min(1);
}

const vectors = z
  .object({
    play_type: group({ pieces, type: z.enum(PLAY_TYPES) }),
    resolve_turn: group({ plays: z.array(pieces), winner: count }),
    score: group({ declared: count, captured: count, multiplier: count, points: z.int() }),
    valid_declarations: group({
      declared_so_far: count,
      is_last: z.boolean(),
      zero_streak: count,
      options: z.array(count),
    }),
    weak_hand: group({ hand: pieces, weak: z.boolean() }),
    bot_declares: group({
      hand: pieces,
      position: count,
      previous: z.array(count),
      must_be_nonzero: z.boolean(),
      declares: count,
    }),
    bot_plays: group({ hand: pieces, required: count.nullable(), plays: pieces }),
  })
  .parse(JSON.parse(readFileSync(file, 'utf8')));

// Every test puts our answer into the case in place of the original's and expects the case unchanged.

test('pieces form sets of the types they formed in the original', () => {
  const ours = vectors.play_type.map((given) => ({ ...given, type: classify(given.pieces) }));
  expect(ours).toEqual(vectors.play_type);
});

test('turns go to the plays they went to in the original', () => {
  const ours = vectors.resolve_turn.map((given) => ({ ...given, winner: winnerOf(given.plays) }));
  expect(ours).toEqual(vectors.resolve_turn);
});

test('rounds score what they scored in the original', () => {
  const ours = vectors.score.map((given) => ({ ...given, points: scoreSeat(given).final }));
  expect(ours).toEqual(vectors.score);
});

test('the declarations open in the original are open', () => {
  const ours = vectors.valid_declarations.map((given) => {
    const { declared_so_far, is_last, zero_streak } = given;
    // The cases tell only the sum of what others declared; how many they were shows in being last or not.
    const declared = is_last ? [declared_so_far, 0, 0] : [declared_so_far];
    return { ...given, options: allowedDeclarations({ declared, zerosInARow: zero_streak }) };
  });
  expect(ours).toEqual(vectors.valid_declarations);
});

test('the hands that were weak in the original are weak', () => {
  const ours = vectors.weak_hand.map((given) => ({ ...given, weak: isWeak(given.hand) }));
  expect(ours).toEqual(vectors.weak_hand);
});

test('the bot declares what the original bot declared', () => {
  const ours = vectors.bot_declares.map((given) => {
    const { hand, position, previous: declared, must_be_nonzero } = given;
    const zerosInARow = must_be_nonzero ? 2 : 0;
    return { ...given, declares: botDeclares({ hand, declared, zerosInARow, isFirst: position === 0 }) };
  });
  expect(ours).toEqual(vectors.bot_declares);
});

test('the bot lays what the original bot laid', () => {
  const ours = vectors.bot_plays.map((given) => {
    const { hand, required } = given;
    return { ...given, plays: pick(hand, botPlays(hand, required)) };
  });
  expect(ours).toEqual(vectors.bot_plays);
});
