// The WebSocket gateway's management API on AWS.

import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Gateway } from '../app/ports.ts';

const GONE = 410;
/** The client's own retries have backoff with jitter, for 429 and 5xx as they should be. */
const MAX_ATTEMPTS = 5;
/** A lobby's fan-out is wider than the 50 sockets a client keeps by default, where the rest would queue (aws-facts.md). */
const MAX_SOCKETS = 200;

/** `endpoint` has the stage in its path. */
export function createGateway(endpoint: string): Gateway & { probe(): Promise<void> } {
  const client = new ApiGatewayManagementApiClient({
    endpoint,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { httpAgent: { maxSockets: MAX_SOCKETS }, httpsAgent: { maxSockets: MAX_SOCKETS } },
  });
  return {
    post: async (ConnectionId, text) => {
      try {
        await client.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from(text) }));
        return 'delivered';
      } catch (error) {
        return statusOf(error) === GONE ? 'gone' : 'failed';
      }
    },
    close: async (ConnectionId) => {
      try {
        await client.send(new DeleteConnectionCommand({ ConnectionId }));
      } catch (error) {
        if (statusOf(error) !== GONE) throw error;
      }
    },
    probe: async () => {
      try {
        await client.send(new GetConnectionCommand({ ConnectionId: 'probe' }));
      } catch (error) {
        // No such connection: which is an answer, and all that a probe asks for.
        const status = statusOf(error);
        if (status === undefined || status >= 500) throw error;
      }
    },
  };
}

/** The HTTP status of an SDK error. Its name is only reliable on AWS. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const { $metadata } = error as { $metadata: { httpStatusCode?: number } };
  return $metadata.httpStatusCode;
}
