// `$default`: a frame of a player. What it returns goes back to the sender over the socket.

import { answer } from '../app/answer.ts';
import { createMetrics } from '../aws/metrics.ts';
import { metersRun, usageOfReply } from '../app/meter.ts';
import { messagesOf } from '../room/usage.ts';
import { memoryMb, portsFromEnvironment } from './ports.ts';
import { IGNORED, readSocketEvent } from './socket-event.ts';

const ports = portsFromEnvironment(createMetrics);

export async function handler(event: unknown): Promise<{ statusCode: number; body?: string }> {
  const call = readSocketEvent(event, 'MESSAGE');
  if (call === null) return IGNORED;
  const { body, ...caller } = call;
  const cause = { messages: messagesOf(Buffer.byteLength(body)) };
  return metersRun(ports, { room: caller.place, memoryMb: memoryMb(), cause }, async () => {
    const frame = await answer(ports, caller, body);
    await ports.tally.flush();
    if (frame === null) return { statusCode: 200 };
    const reply = JSON.stringify(frame);
    ports.meter.use(caller.place, usageOfReply(reply));
    return { statusCode: 200, body: reply };
  });
}
