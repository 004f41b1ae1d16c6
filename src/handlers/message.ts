// `$default`: a frame of a player. What it returns goes back to the sender over the socket.

import { answer } from '../app/answer.ts';
import { errorFrame } from '../protocol/frames.ts';
import type { Frame } from '../protocol/server-frames.ts';
import { portsFromEnvironment } from './ports.ts';
import { readSocketEvent } from './socket-event.ts';
import type { SocketCall } from './socket-event.ts';

const ports = portsFromEnvironment();

export async function handler(event: unknown): Promise<{ statusCode: number; body?: string }> {
  const call = readSocketEvent(event);
  const frame = await answerOrApologise(call);
  await ports.tally.flush();
  return frame === null ? { statusCode: 200 } : { statusCode: 200, body: JSON.stringify(frame) };
}

/** A bug or an outage is an answer too, so that the player knows to try again. */
async function answerOrApologise({ body, ...caller }: SocketCall): Promise<Frame | null> {
  try {
    return await answer(ports, caller, body);
  } catch (error) {
    ports.log.error('A frame could not be answered', { room: caller.place, error });
    ports.tally.count('errors.INTERNAL_ERROR');
    return errorFrame({ code: 'INTERNAL_ERROR', message: 'Something went wrong here. Please try again.' });
  }
}
