// What an operation costs, counted where it leaves the application: the table's calls with the units and items that the
// database says, and the frames that the broadcaster would post.

import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Delivery, Publisher } from '../../../src/app/ports.ts';
import type { Frame } from '../../../src/protocol/server-frames.ts';

/** The sum over some operations. */
export interface Cost {
  /** Calls of the table by operation. */
  readonly calls: Readonly<Record<string, number>>;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Items read, and their size as JSON. */
  readonly items: number;
  readonly bytes: number;
  /** Calls of the broadcaster, and the frames it posts. */
  readonly broadcasts: number;
  readonly posts: number;
  /** Messages that API Gateway bills for what was posted and answered, one for each started 32 KB (aws-facts.md). */
  readonly messages: number;
}

const MESSAGE_BYTES = 32 * 1024;

const Output = z.object({
  ConsumedCapacity: z.optional(z.object({ CapacityUnits: z.optional(z.number()) })),
  ScannedCount: z.optional(z.number()),
  Items: z.optional(z.array(z.unknown())),
  Item: z.optional(z.unknown()),
});
const READS: ReadonlySet<string> = new Set(['Query', 'GetItem', 'BatchGetItem']);

export class Counter {
  #calls = new Map<string, number>();
  #sums = { readUnits: 0, writeUnits: 0, items: 0, bytes: 0, broadcasts: 0, posts: 0, messages: 0 };

  /** Has every call of a client counted. */
  watch(client: DynamoDBDocumentClient): void {
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          const operation = commandName.replace(/Command$/, '');
          Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
          this.#calls.set(operation, (this.#calls.get(operation) ?? 0) + 1);
          const answer = await next(args);
          this.#note(operation, Output.parse(answer.output));
          return answer;
        },
      { step: 'initialize', name: 'growth' },
    );
  }

  /** A publisher that posts nothing; what a broadcaster does beside posting is `errands`' business. */
  publisher(errands: (delivery: Delivery) => Promise<void>): Publisher {
    return {
      publish: (delivery: Delivery) => {
        const { sends } = delivery;
        this.#sums.broadcasts += 1;
        for (const frame of sends.flatMap(({ frames }) => frames)) {
          this.#sums.posts += 1;
          this.answered(frame);
        }
        const done = errands(delivery).then(() => null);
        return { begun: done, ended: done };
      },
    };
  }

  /** A frame that the sender gets as the direct answer. */
  answered(frame: Frame | null): void {
    if (frame !== null)
      this.#sums.messages += Math.ceil(Buffer.byteLength(JSON.stringify(frame)) / MESSAGE_BYTES);
  }

  /** What has been counted since the last time. */
  take(): Cost {
    const cost = { calls: Object.fromEntries(this.#calls), ...this.#sums };
    this.#calls = new Map();
    this.#sums = { readUnits: 0, writeUnits: 0, items: 0, bytes: 0, broadcasts: 0, posts: 0, messages: 0 };
    return cost;
  }

  #note(operation: string, { ConsumedCapacity, ScannedCount, Items, Item }: z.output<typeof Output>): void {
    const units = ConsumedCapacity?.CapacityUnits ?? 0;
    if (!READS.has(operation)) {
      this.#sums.writeUnits += units;
      return;
    }
    this.#sums.readUnits += units;
    this.#sums.items += ScannedCount ?? (Item === undefined ? 0 : 1);
    this.#sums.bytes += Buffer.byteLength(JSON.stringify(Items ?? Item ?? ''));
  }
}
