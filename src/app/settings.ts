// The numbers of the game that a stage may set (docs/rules.md says "setting"), with their defaults and limits.

import * as z from 'zod/mini';
import type { Settings } from '../room/room.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** A whole number between two others, both allowed. Queue delays and the state machine's waits are whole seconds. */
const between = (least: number, most: number, usual: number) =>
  z._default(
    z
      .int(`a whole number from ${least} to ${most}`)
      .check(z.minimum(least, `at least ${least}`), z.maximum(most, `at most ${most}`)),
    usual,
  );

/** All settings, each with its default; an unknown name is an error. Seconds unless named otherwise, 0 is no pause. */
export const settingsSchema = z.strictObject({
  /** How long a player has for a declaration or a play. */
  moveSeconds: between(1, HOUR, 60),
  /** How long the holders of weak hands have to answer. */
  redealSeconds: between(1, HOUR, 30),
  roundStartSeconds: between(0, HOUR, 5),
  turnResultsSeconds: between(0, 15 * MINUTE, 7),
  scoringSeconds: between(0, HOUR, 7),
  botThinkSeconds: between(0, 15 * MINUTE, 1),
  /** How long a player may be away before a bot plays for the seat. */
  graceSeconds: between(0, 15 * MINUTE, 5),
  /** How long a game waits for any human to come back. */
  abandonSeconds: between(1, 24 * HOUR, 300),
  /** How long a room that has not started waits for any human. */
  emptyRoomSeconds: between(1, 24 * HOUR, 60),
  /** A room without a commit for so long is gone. */
  roomTtlSeconds: between(1, 24 * HOUR, 3600),
  /** How long a room's log is kept. */
  historyDays: between(1, 3650, 7),
  winScore: between(1, 1000, 50),
  maxRounds: between(1, 100, 20),
});

/** Settings from JSON text: an object of some of them. Throws with the names of what is wrong. */
export function parseSettings(json: string): Settings {
  const parsed = settingsSchema.safeParse(readJson(json));
  if (parsed.success) return checkTogether(parsed.data);
  const problems = parsed.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `${issue.keys.join(', ')}: no such setting`
      : `${issue.path.join('.') || 'GAME_SETTINGS'}: ${issue.message}`,
  );
  throw new Error(`Unusable game settings: ${problems.join('; ')}`);
}

/** A room that waits for somebody must not be gone before the wait is over. */
function checkTogether(settings: Settings): Settings {
  for (const name of ['abandonSeconds', 'emptyRoomSeconds'] as const) {
    if (settings[name] < settings.roomTtlSeconds) continue;
    throw new Error(`Unusable game settings: ${name} must be below roomTtlSeconds`);
  }
  return settings;
}

function readJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Error('Unusable game settings: not a JSON object');
  }
}
