import { describe, expect, test } from '@jest/globals';
import { parseSettings } from '../../../src/app/settings.ts';

const USUAL = {
  moveSeconds: 60,
  redealSeconds: 30,
  roundStartSeconds: 5,
  turnResultsSeconds: 7,
  scoringSeconds: 7,
  botThinkSeconds: 1,
  graceSeconds: 5,
  abandonSeconds: 300,
  emptyRoomSeconds: 60,
  roomTtlSeconds: 3_600,
  historyDays: 7,
  winScore: 50,
  maxRounds: 20,
};

describe('settings', () => {
  test('are as usual unless something is said', () => {
    expect(parseSettings('{}')).toEqual(USUAL);
  });

  test.each(['abandonSeconds', 'emptyRoomSeconds'])(
    'cannot let a room be gone while it waits for %s',
    (name) => {
      const json = JSON.stringify({ [name]: 600, roomTtlSeconds: 600 });
      expect(() => parseSettings(json)).toThrow(`${name} must be below roomTtlSeconds`);
    },
  );

  test('are said one by one', () => {
    expect(parseSettings('{"winScore": 20, "botThinkSeconds": 0}')).toEqual({
      ...USUAL,
      winScore: 20,
      botThinkSeconds: 0,
    });
  });

  test.each(['roundStartSeconds', 'turnResultsSeconds', 'scoringSeconds', 'botThinkSeconds', 'graceSeconds'])(
    '%s may be 0: no pause',
    (name) => {
      expect(parseSettings(JSON.stringify({ [name]: 0 }))).toMatchObject({ [name]: 0 });
    },
  );

  test.each(['moveSeconds', 'redealSeconds', 'abandonSeconds', 'roomTtlSeconds', 'winScore', 'maxRounds'])(
    '%s may not be 0, and is named',
    (name) => {
      expect(() => parseSettings(JSON.stringify({ [name]: 0 }))).toThrow(`${name}: at least 1`);
    },
  );

  test.each(['turnResultsSeconds', 'botThinkSeconds', 'graceSeconds'])(
    '%s is waited for by a message of the queue, so it has at most 900 seconds',
    (name) => {
      expect(parseSettings(JSON.stringify({ [name]: 900 }))).toMatchObject({ [name]: 900 });
      expect(() => parseSettings(JSON.stringify({ [name]: 901 }))).toThrow(`${name}: at most 900`);
    },
  );

  test.each([
    ['{"moveSeconds": 1.5}', 'moveSeconds: a whole number'],
    ['{"moveSeconds": "60"}', 'moveSeconds: a whole number'],
    ['{"moveSeconds": null}', 'moveSeconds'],
    ['{"speed": 3}', 'speed: no such setting'],
    ['{"speed": 3, "winScore": -1}', 'winScore: at least 1'],
    ['[]', 'GAME_SETTINGS'],
    ['7', 'GAME_SETTINGS'],
    ['{', 'not a JSON object'],
    ['', 'not a JSON object'],
  ])('%s are refused with what is wrong', (json, reason) => {
    expect(() => parseSettings(json)).toThrow(reason);
    expect(() => parseSettings(json)).toThrow('Unusable game settings');
  });
});
