// Running the broadcaster, whether it returns its result or streams it: when it has begun, and when it has ended.

import { PassThrough } from 'node:stream';
import type { Functions } from './functions.ts';

export interface Broadcasting {
  /** The first bytes of the answer. */
  readonly begun: Promise<Uint8Array>;
  /** The rest of it, or all where it came at once. */
  readonly ended: Promise<Uint8Array>;
}

/** Prepares a run of the broadcaster. */
export function streamInto(functions: Functions, event: unknown): () => Broadcasting {
  return () => {
    const { promise: begun, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const rest: Buffer[] = [];
    const stream = new PassThrough();
    stream.once('data', (first: Buffer) => {
      resolve(first);
      stream.on('data', (chunk: Buffer) => rest.push(chunk));
    });
    const work = async (): Promise<Uint8Array> => {
      const result = await functions.run('broadcaster', (handler) => handler(event, stream, {}));
      return result === undefined ? Buffer.concat(rest) : Buffer.from(JSON.stringify(result));
    };
    const ended = work();
    ended.then((all) => resolve(all), reject);
    begun.catch(() => undefined);
    return { begun, ended };
  };
}
