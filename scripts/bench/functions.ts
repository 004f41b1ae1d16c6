// Lambda as far as it matters here: every instance of a function is an import of its own, with its own clients and memory; the
// most recently used idle one takes the next event, and a new one begins when all are busy.

import { now, real } from './clock.ts';
import { spend } from './latency-of.ts';
import { traceNow } from './trace.ts';

export type Handler = (event: unknown, ...rest: readonly unknown[]) => Promise<unknown>;

export type FunctionName =
  'authorizer' | 'connect' | 'disconnect' | 'message' | 'broadcaster' | 'phase' | 'tick' | 'results';

/** What a function's first run in an instance costs: nothing that counts, or the profile's cold start. */
export type ColdStarts = 'left out' | 'counted';

interface Instance {
  readonly handler: Handler;
  isNew: boolean;
}

// The managed runtime's global. A streaming handler is called with its stream here (broadcasting.ts).
Object.assign(globalThis, { awslambda: { streamifyResponse: (handler: Handler) => handler } });

/** Imports so far: an address that was imported before would give the same instance again. */
let imported = 0;

/** All functions of the product by the names of their files. */
export class Functions {
  readonly #idle = new Map<FunctionName, Instance[]>();
  readonly #made = new Map<FunctionName, number>();
  readonly #coldStarts: ColdStarts;

  constructor(coldStarts: ColdStarts) {
    this.#coldStarts = coldStarts;
  }

  /** How many instances of each function there are. */
  get instances(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#made);
  }

  /** Runs a function in an instance of its own for the time. */
  async run(name: FunctionName, use: (handler: Handler) => Promise<unknown>): Promise<unknown> {
    const idle = this.#idle.get(name) ?? [];
    this.#idle.set(name, idle);
    const instance = idle.pop() ?? (await this.#make(name));
    const trace = traceNow();
    if (instance.isNew && trace !== undefined) trace.isCold = true;
    instance.isNew = false;
    if (trace !== undefined && Number.isNaN(trace.began)) trace.began = now();
    try {
      return await use(instance.handler);
    } finally {
      idle.push(instance);
    }
  }

  /** Calls a function with an event. */
  call(name: FunctionName, event: unknown): Promise<unknown> {
    return this.run(name, (handler) => handler(event));
  }

  async #make(name: FunctionName): Promise<Instance> {
    this.#made.set(name, (this.#made.get(name) ?? 0) + 1);
    const number = (imported += 1);
    const load = async (): Promise<Handler> => {
      const module = (await real(() => import(`../../src/handlers/${name}.ts?instance=${number}`))) as {
        handler: Handler;
      };
      return module.handler;
    };
    const handler = this.#coldStarts === 'counted' ? await spend('coldStart', 'init', load) : await load();
    return { handler, isNew: true };
  }
}
