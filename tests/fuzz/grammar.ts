// What clients say: every event of the protocol with data that may be right, and ways to get it wrong.

import { SEATS } from '../../src/game/seats.ts';
import { EMOTES } from '../../src/protocol/server-frames.ts';
import type { Dice } from './dice.ts';
import { CANARY, disturb, distort, strangeValue, STRANGE_TEXTS } from './strange.ts';

/** What somebody who speaks knows of the world. */
export interface Scene {
  /** Rooms in every stage, and one that never was. */
  readonly rooms: readonly string[];
  readonly names: readonly string[];
}
export interface Draft {
  readonly event: string;
  readonly data: object;
}

const UNUSUAL_NAMES = [
  'Zoë',
  '李雷',
  '👩‍👩‍👧',
  'script',
  'constructor',
  'toString',
  '1',
  ' Ann ',
  'ann',
  'x'.repeat(50),
];

const nameOf = (dice: Dice, { names }: Scene): string =>
  dice.chance(0.8) ? dice.pick(names) : dice.pick(UNUSUAL_NAMES);
const perhaps = (dice: Dice, fields: object): object => (dice.chance(0.5) ? fields : {});
const named = (dice: Dice, scene: Scene): object => perhaps(dice, { player_name: nameOf(dice, scene) });
const slot = (dice: Dice): object => ({ slot_id: dice.pick(SEATS) });
const indices = (dice: Dice): readonly number[] => {
  const most = dice.pick([0, 1, 3, 7, 7, 31]);
  return [...new Set(Array.from({ length: dice.pick([1, 1, 1, 2, 3, 6]) }, () => dice.between(0, most)))];
};

/** Every event a client may send, under each of its names: data in range, how often it is said when nothing asks for it. */
const EVENTS: Readonly<
  Record<string, { readonly often: number; readonly data: (dice: Dice, scene: Scene) => object }>
> = {
  client_ready: {
    often: 6,
    data: (dice, scene) => ({
      ...named(dice, scene),
      ...perhaps(dice, { room_id: dice.pick(scene.rooms) }),
      ...perhaps(dice, { is_reconnection: dice.chance(0.5) }),
      ...perhaps(dice, { without: dice.pick([[], ['turn_complete'], ['of another time']]) }),
    }),
  },
  ping: { often: 3, data: (dice) => perhaps(dice, { timestamp: dice.between(0, 2 ** 41) }) },
  get_rooms: { often: 1, data: () => ({}) },
  request_room_list: { often: 1, data: () => ({}) },
  create_room: {
    often: 2,
    data: (dice, scene) => ({
      player_name: nameOf(dice, scene),
      ...perhaps(dice, { private: dice.chance(0.5) }),
    }),
  },
  join_room: {
    often: 4,
    data: (dice, scene) => ({ room_id: dice.pick(scene.rooms), player_name: nameOf(dice, scene) }),
  },
  get_room_state: { often: 1, data: (dice, scene) => perhaps(dice, { room_id: dice.pick(scene.rooms) }) },
  add_bot: { often: 3, data: slot },
  remove_player: { often: 1, data: slot },
  leave_room: { often: 0.3, data: named },
  start_game: { often: 2, data: () => ({}) },
  redeal_decision: { often: 3, data: (dice) => ({ choice: dice.pick(['accept', 'decline']) }) },
  accept_redeal: { often: 1, data: named },
  request_redeal: { often: 1, data: named },
  decline_redeal: { often: 1, data: named },
  declare: { often: 5, data: (dice, scene) => ({ value: dice.between(0, 8), ...named(dice, scene) }) },
  play: {
    often: 5,
    data: (dice) => ({ piece_indices: indices(dice), ...perhaps(dice, { play_value: dice.between(1, 60) }) }),
  },
  play_pieces: { often: 2, data: (dice) => ({ indices: indices(dice) }) },
  player_ready: { often: 3, data: named },
  start_next_round: { often: 1, data: () => ({}) },
  leave_game: { often: 0.2, data: named },
  sync_request: { often: 1, data: (dice) => perhaps(dice, { client_id: 'c' }) },
  spectate: { often: 1, data: (dice, scene) => perhaps(dice, { room_id: dice.pick(scene.rooms) }) },
  emote: { often: 1, data: (dice) => ({ emote: dice.pick(EMOTES) }) },
  ack: { often: 1, data: (dice) => ({ sequence: dice.between(0, 99) }) },
};
export const EVENT_NAMES = Object.keys(EVENTS);
const OFTEN = Object.fromEntries(EVENT_NAMES.map((name) => [name, EVENTS[name]?.often ?? 0]));

/** An event with data as it may be, whether or not anybody asks for it. */
export function draft(dice: Dice, scene: Scene): Draft {
  const event = dice.weighted(OFTEN);
  return { event, data: EVENTS[event]?.data(dice, scene) ?? {} };
}

/** Few, so that they come again: from the same player, from others, with other events. */
const IDS = Array.from(
  { length: 12 },
  (_, place) => `00000000-0000-4000-8000-00000000000${place.toString(16)}`,
);
const UNUSABLE_IDS = ['', 'a b', 'x'.repeat(65), '<id>', `${CANARY}é`];

/** The text of a frame that means the draft; `count` makes an id that was not used before. */
export function frameOf(dice: Dice, meant: Draft, count: number): string {
  return JSON.stringify(envelopeOf(dice, meant, count));
}

function envelopeOf(dice: Dice, { event, data }: Draft, count: number): Record<string, unknown> {
  const id = dice.chance(0.2) ? undefined : dice.chance(0.3) ? dice.pick(IDS) : `f-${count}`;
  return {
    event,
    ...(Object.keys(data).length === 0 && dice.chance(0.3) ? {} : { data }),
    ...(id === undefined ? {} : { id }),
    ...(dice.chance(0.1) ? { sequence: dice.between(0, 999), timestamp: dice.between(0, 2 ** 41) } : {}),
    ...(dice.chance(0.4) ? { seen: dice.between(0, 60) } : {}),
  };
}

/** A frame that may be wrong in its values, in its fields, in its text, or in all of them. */
export function mangled(dice: Dice, meant: Draft, count: number): string {
  if (dice.chance(0.02)) return garbage(dice);
  const envelope = JSON.parse(JSON.stringify(envelopeOf(dice, meant, count))) as Record<string, unknown>;
  if (dice.chance(0.1)) envelope['id'] = dice.chance(0.5) ? dice.pick(UNUSABLE_IDS) : strangeValue(dice);
  if (dice.chance(0.1)) envelope['event'] = dice.pick([...EVENT_NAMES, ...STRANGE_TEXTS]);
  const wrongs = dice.pick([0, 1, 1, 1, 2, 3]);
  for (let wrong = 0; wrong < wrongs; wrong++) disturb(dice, envelope);
  let text = JSON.stringify(envelope);
  const breaks = wrongs === 0 ? 1 : dice.pick([0, 0, 0, 1, 2]);
  for (let times = 0; times < breaks; times++) text = distort(dice, text);
  return text;
}

function garbage(dice: Dice): string {
  const length = dice.pick([0, 1, 9, 40, 400]);
  return String.fromCharCode(...Array.from({ length }, () => dice.between(0, dice.pick([127, 65_535]))));
}
