// What no client of ours would say: values of the wrong kind, texts with markup and unseen characters, and texts broken on
// their way.

import type { Dice } from './dice.ts';

/** Stands in everything strange that is a text, so that it is recognised wherever it comes out again. */
export const CANARY = 'zq7canary';

export const STRANGE_TEXTS: readonly string[] = [
  '',
  ' ',
  CANARY,
  `<script>alert("${CANARY}")</script>`,
  `"><img src=x onerror=${CANARY}>`,
  `<!--${CANARY}`,
  `&lt;script&gt;${CANARY}`,
  `&#60;${CANARY}`,
  `javascript:${CANARY}`,
  `{{${CANARY}}}`,
  `\${${CANARY}}`,
  `'; DROP TABLE rooms; --${CANARY}`,
  `%3Cscript%3E${CANARY}`,
  `../../${CANARY}`,
  `ROOM#${CANARY}`,
  `${CANARY}\r\nset-cookie: a=b`,
  `${CANARY}\u0000`,
  `${CANARY}\u202Egnp`,
  `${CANARY}\u200B`,
  `${CANARY}\uFEFF`,
  '\uD800',
  'é'.normalize('NFD'),
  '👩‍👩‍👧‍👦',
  '李雷',
  'ﷺ'.repeat(50),
  'x'.repeat(51),
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  '0',
  '-1',
  '1e9',
  'lobby',
  'LOBBY',
];

const NUMBERS = [0, -0, 1, -1, 4, 5, 8, 9, 31, 32, 0.5, 1e21, -1e308, 5e-324, 2 ** 31, 2 ** 53, 2 ** 53 + 2];

/** Any value that JSON can say; containers are shallow, or very deep and empty. */
export function strangeValue(dice: Dice): unknown {
  switch (dice.between(0, 9)) {
    case 0:
      return null;
    case 1:
      return dice.chance(0.5);
    case 2:
    case 3:
      return dice.pick(NUMBERS);
    case 4:
    case 5:
    case 6:
      return dice.pick(STRANGE_TEXTS);
    case 7:
      return Array.from({ length: dice.between(0, 8) }, () =>
        dice.pick([...NUMBERS, ...STRANGE_TEXTS, null]),
      );
    case 8:
      return Object.fromEntries([
        [dice.pick(STRANGE_TEXTS), dice.pick(STRANGE_TEXTS)],
        ['length', 1],
      ]);
    default:
      return dice.chance(0.1)
        ? `${CANARY}${'y'.repeat(5_000)}`
        : nested(dice.pick([2, 9, 40, 600]), dice.chance(0.5));
  }
}

function nested(depth: number, isList: boolean): unknown {
  const [open, close] = isList ? ['[', ']'] : ['{"a":', '}'];
  return JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`);
}

type Mutable = Record<string, unknown> | unknown[];

/** Changes something somewhere in a value that came out of JSON. */
export function disturb(dice: Dice, value: Mutable): void {
  const place = placeIn(dice, value);
  const keys = Object.keys(place);
  const key = keys.length === 0 ? 'x' : dice.pick(keys);
  const inside = Reflect.get(place, key) as unknown;
  switch (dice.between(0, 6)) {
    case 0:
      Reflect.deleteProperty(place, key);
      return;
    case 1:
      // Defined, not set: `__proto__` becomes a key like any other, as JSON.parse makes it.
      define(place, dice.pick(STRANGE_TEXTS), strangeValue(dice));
      return;
    case 2:
      define(place, dice.pick(STRANGE_TEXTS), inside);
      Reflect.deleteProperty(place, key);
      return;
    case 3:
      define(place, key, dice.pick([[inside], { value: inside }, JSON.stringify([inside])]));
      return;
    default:
      define(place, key, strangeValue(dice));
  }
}

function placeIn(dice: Dice, value: Mutable): Mutable {
  const inner = Object.values(value).filter(
    (each): each is Mutable => typeof each === 'object' && each !== null,
  );
  return inner.length > 0 && dice.chance(0.7) ? placeIn(dice, dice.pick(inner)) : value;
}

function define(place: Mutable, key: string, value: unknown): void {
  if (Array.isArray(place) && !/^\d+$/.test(key)) {
    place.push(value);
    return;
  }
  Object.defineProperty(place, key, { value, configurable: true, enumerable: true, writable: true });
}

const NUMERALS = ['1e999', '-1e999', '1e-400', '-0', '00', '0x10', '+1', '1.', '.5', 'NaN', '9'.repeat(400)];
const CHARACTERS = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ',',
  ':',
  '\u0000',
  '\n',
  '\uFEFF',
  '\uDC00',
  '\\u0000',
  '\\ud83d',
  '<',
];
const KEYS = [
  '"event":"leave_room",',
  '"event":"ping",',
  '"id":"twice",',
  '"id":7,',
  '"data":{"value":3,"slot_id":2},',
  '"data":null,',
  '"__proto__":{"event":"ping","id":"proto"},',
  '"constructor":{"prototype":{"id":"ctor"}},',
  `"${CANARY}":"<b>",`,
];

/** Breaks a text as a bad network, or a bad mind, would. */
export function distort(dice: Dice, text: string): string {
  const at = dice.between(0, text.length);
  const to = Math.min(text.length, at + dice.between(1, 12));
  switch (dice.between(0, 9)) {
    case 0:
      return text.slice(0, at);
    case 1: {
      const flipped = (text.charCodeAt(at) || 0) ^ (1 << dice.between(0, 7));
      return text.slice(0, at) + String.fromCharCode(flipped) + text.slice(at + 1);
    }
    case 2:
      return text.slice(0, at) + dice.pick(CHARACTERS) + text.slice(at);
    case 3:
      return text.slice(0, at) + text.slice(to);
    case 4:
      return text.slice(0, to) + text.slice(at);
    case 5:
      return text.replace('{', `{${dice.pick(KEYS)}`);
    case 6:
      return text.replace(/\}$/, `,${dice.pick(KEYS).slice(0, -1)}}`);
    case 7:
      return replaceOne(dice, text, /-?\d+/g, dice.pick(NUMERALS));
    case 8:
      return dice.pick([`[${text}]`, JSON.stringify(text), text + text, `\uFEFF${text}`, `${text}\n`, '']);
    default:
      return dice.pick([
        ' '.repeat(4_096) + text,
        text.replace(/"/g, "'"),
        '['.repeat(dice.between(1, 9_000)),
      ]);
  }
}

function replaceOne(dice: Dice, text: string, pattern: RegExp, by: string): string {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return text;
  const { index, 0: match } = dice.pick(found);
  return text.slice(0, index) + by + text.slice(index + match.length);
}
