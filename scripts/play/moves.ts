// What a player of `npm run play` does in a view: the reference bot's move or, one time in three, any legal one.

import { botDeclares, botPlays } from '../../src/game/bot.ts';
import { allowedDeclarations } from '../../src/game/declaring.ts';
import { SET_SIZES, setsIn } from '../../src/game/sets.ts';
import type { ClientEvent, ClientEvents } from '../../src/web/client.ts';
import type { GameView } from '../../src/web/client-state.ts';
import { pieceOf } from './witness.ts';
import { entryOf } from '../../src/protocol/by-name.ts';

/** A frame to send. */
export type Move = {
  readonly [E in ClientEvent]: { readonly event: E; readonly body: ClientEvents[E] };
}[ClientEvent];
/** Uniform in [0, 1). */
export type Chance = () => number;

const RANDOM_SHARE = 1 / 3;

/** What this view asks of the player, by a name of its own; null when it asks nothing. */
export function occasionIn(view: GameView, name: string): string | null {
  switch (view.phase) {
    case 'preparation': {
      const { weak_players_awaiting: awaited, deal } = view.phase_data;
      return awaited?.includes(name) === true ? `redeal of ${deal?.commitment ?? ''}` : null;
    }
    case 'declaration': {
      const { current_declarer, deal } = view.phase_data;
      return current_declarer === name ? `declaration of ${deal.commitment}` : null;
    }
    case 'turn': {
      const { current_player, current_turn_number, deal } = view.phase_data;
      return current_player === name ? `turn ${current_turn_number} of ${deal.commitment}` : null;
    }
    case 'turn_results': {
      const { current_turn_number, deal } = view.phase_data;
      const isAsked = view.allowed_actions.includes('player_ready');
      return isAsked ? `result ${current_turn_number} of ${deal.commitment}` : null;
    }
    case 'round_start':
    case 'scoring':
    case 'game_over':
      return null;
  }
}

/** The player's move in a view that asks for one. */
export function moveFor(view: GameView, name: string, chance: Chance): Move {
  switch (view.phase) {
    case 'preparation':
      return { event: 'redeal_decision', body: { choice: chance() < 0.5 ? 'accept' : 'decline' } };
    case 'declaration':
      return { event: 'declare', body: { value: declaration(view, name, chance) } };
    case 'turn': {
      const { required_piece_count } = view.phase_data;
      return { event: 'play', body: { piece_indices: play(view, name, required_piece_count, chance) } };
    }
    case 'turn_results':
      return { event: 'player_ready', body: {} };
    case 'round_start':
    case 'scoring':
    case 'game_over':
      throw new RangeError(`${view.phase} asks for no move`);
  }
}

function declaration(
  view: Extract<GameView, { phase: 'declaration' }>,
  name: string,
  chance: Chance,
): number {
  const { declaration_order, declarations } = view.phase_data;
  const declared = declaration_order.flatMap((each) => entryOf(declarations, each) ?? []);
  const zerosInARow = entryOf(view.players, name)?.zero_declares_in_a_row ?? 0;
  if (chance() < RANDOM_SHARE) return pickOne(allowedDeclarations({ declared, zerosInARow }), chance);
  return botDeclares({ hand: handOf(view, name), declared, zerosInARow, isFirst: declared.length === 0 });
}

function play(view: GameView, name: string, required: number | null, chance: Chance): readonly number[] {
  const hand = handOf(view, name);
  if (chance() >= RANDOM_SHARE) return botPlays(hand, required);
  if (required !== null) return shuffled([...hand.keys()], chance).slice(0, required);
  return pickOne(
    SET_SIZES.flatMap((size) => setsIn(hand, size)),
    chance,
  );
}

function handOf(view: GameView, name: string) {
  return entryOf(view.players, name)?.hand?.map(pieceOf) ?? [];
}

function pickOne<T>(choices: readonly T[], chance: Chance): T {
  const choice = choices[Math.floor(chance() * choices.length)];
  if (choice === undefined) throw new RangeError('there is nothing to choose from');
  return choice;
}

function shuffled<T>(values: readonly T[], chance: Chance): T[] {
  return values
    .map((value) => ({ value, order: chance() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}

/** A stream of chances that the same seed gives again (mulberry32). */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
