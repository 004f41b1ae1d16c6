// What API Gateway says of a WebSocket connection in every event: the parts the handlers use, checked.

import * as z from 'zod/mini';

const SocketEvent = z.object({
  requestContext: z.object({
    connectionId: z.string(),
    requestId: z.string(),
    eventType: z.literal(['CONNECT', 'MESSAGE', 'DISCONNECT']),
    /** What the authorizer found out at `$connect`; API Gateway repeats it on every event of the connection. */
    authorizer: z.object({ player: z.string(), room: z.string() }),
  }),
  body: z.optional(z.nullable(z.string())),
});

/** The answer to an event that is not of its route: a status of 400 and more would count as an error of the integration. */
export const IGNORED = { statusCode: 200 } as const;

export interface SocketCall {
  readonly connection: string;
  readonly player: string;
  /** A room's id, or `lobby`. */
  readonly place: string;
  readonly requestId: string;
  readonly body: string;
}

/**
 * Reads an event of a WebSocket route. Null when it is of another kind: a frame that got to the route of another event must
 * not pass for the end of its connection, and is no error of ours. Throws when it is no such event at all.
 */
export function readSocketEvent(
  event: unknown,
  kind: 'CONNECT' | 'MESSAGE' | 'DISCONNECT',
): SocketCall | null {
  const { requestContext, body } = SocketEvent.parse(event);
  if (requestContext.eventType !== kind) return null;
  const { connectionId, requestId, authorizer } = requestContext;
  return {
    connection: connectionId,
    player: authorizer.player,
    place: authorizer.room,
    requestId,
    body: body ?? '',
  };
}
