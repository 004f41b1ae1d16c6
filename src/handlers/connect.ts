// `$connect`: a socket opens. It is noted, nothing more: a post before this returns would fail.

import * as z from 'zod/mini';
import { parseSettings } from '../app/settings.ts';
import { clock } from '../aws/process.ts';
import { openStore } from '../aws/table.ts';
import { Environment, readEnvironment } from './environment.ts';
import { IGNORED, readSocketEvent } from './socket-event.ts';

const environment = readEnvironment(z.pick(Environment, { TABLE_NAME: true, GAME_SETTINGS: true }));
const store = openStore(environment.TABLE_NAME, parseSettings(environment.GAME_SETTINGS));

export async function handler(event: unknown): Promise<{ statusCode: number }> {
  const call = readSocketEvent(event, 'CONNECT');
  if (call === null) return IGNORED;
  const { connection, player, place } = call;
  await store.connected({ connection, room: place, player, at: clock.now() });
  return { statusCode: 200 };
}
