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

export interface SocketCall {
  readonly connection: string;
  readonly player: string;
  /** A room's id, or `lobby`. */
  readonly place: string;
  readonly requestId: string;
  readonly body: string;
}

/**
 * Reads an event of a WebSocket route. Throws when it is not one, or one of another kind: a frame may name any route, and
 * must not pass for the end of its connection.
 */
export function readSocketEvent(event: unknown, kind: 'CONNECT' | 'MESSAGE' | 'DISCONNECT'): SocketCall {
  const { requestContext, body } = SocketEvent.parse(event);
  if (requestContext.eventType !== kind)
    throw new Error(`A ${requestContext.eventType} event on the route of ${kind}`);
  const { connectionId, requestId, authorizer } = requestContext;
  return {
    connection: connectionId,
    player: authorizer.player,
    place: authorizer.room,
    requestId,
    body: body ?? '',
  };
}
