// `$default`: a frame of a player. What it returns goes back to the sender over the socket.

import { answer } from '../app/answer.ts';
import { portsFromEnvironment } from './ports.ts';
import { readSocketEvent } from './socket-event.ts';

const ports = portsFromEnvironment();

export async function handler(event: unknown): Promise<{ statusCode: number; body?: string }> {
  const { body, ...caller } = readSocketEvent(event, 'MESSAGE');
  const frame = await answer(ports, caller, body);
  await ports.tally.flush();
  return frame === null ? { statusCode: 200 } : { statusCode: 200, body: JSON.stringify(frame) };
}
