// A real game's own bill: played at some entry, and read where the operator reads it.

import * as z from 'zod/mini';
import { parseSettings } from '../../src/app/settings.ts';
import { startLocal } from '../local/cloud.ts';
import { playGame } from '../play/game.ts';
import type { Report } from '../play/game.ts';

const Line = z.object({ service: z.string(), unit: z.string(), units: z.number(), dollars: z.number() });
const Detail = z.object({ bill: z.object({ dollars: z.number(), lines: z.array(Line) }) });

export interface OwnBill {
  readonly played: Pick<Report, 'rounds' | 'moves' | 'ms'>;
  readonly bill: z.infer<typeof Detail>['bill'];
}

/** Plays a game of four humans at an entry and asks for its bill with the operator's token. */
export async function ownBillAt(
  url: string,
  token: string,
  game: { readonly seed: number; readonly pace: number },
): Promise<OwnBill> {
  const { room, rounds, moves, ms } = await playGame({ url, humans: 4, ...game });
  const answer = await fetch(new URL(`/api/debug/rooms/${room}`, url), {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!answer.ok) throw new Error(`The bill of room ${room} cannot be read: HTTP ${answer.status}`);
  return { played: { rounds, moves, ms }, bill: Detail.parse(await answer.json()).bill };
}

/** Pauses as short as they get: a game of so many rounds in the time that the moves take. */
const QUICK = { roundStartSeconds: 1, turnResultsSeconds: 1, scoringSeconds: 1, winScore: 1_000 };

/** The same on a local cloud in memory, made for it. */
export async function ownBillLocally(game: {
  readonly seed: number;
  readonly rounds: number;
}): Promise<OwnBill> {
  const settings = parseSettings(JSON.stringify({ ...QUICK, maxRounds: game.rounds }));
  const cloud = await startLocal({ memory: true, settings, logLevel: 'error' });
  try {
    return await ownBillAt(cloud.url, cloud.adminToken, { seed: game.seed, pace: 0 });
  } finally {
    await cloud.stop();
  }
}
