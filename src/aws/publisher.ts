// The publisher on AWS: the broadcaster Lambda, called as a request (docs/decisions/0003).

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Delivery, Publisher } from '../app/ports.ts';

/** A publisher that waits until the broadcaster has posted, and asks once more when it failed. */
export function createPublisher(broadcaster: string): Publisher {
  const client = new LambdaClient({ maxAttempts: 2 });
  const invoke = async (delivery: Delivery): Promise<void> => {
    const { FunctionError } = await client.send(
      new InvokeCommand({
        FunctionName: broadcaster,
        InvocationType: 'RequestResponse',
        Payload: Buffer.from(JSON.stringify(delivery)),
      }),
    );
    if (FunctionError !== undefined) throw new Error(`The broadcaster failed: ${FunctionError}`);
  };
  return {
    publish: async (delivery) => {
      try {
        await invoke(delivery);
      } catch {
        await invoke(delivery);
      }
    },
  };
}
