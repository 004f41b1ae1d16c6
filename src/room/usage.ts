// What AWS would bill for, counted: the amounts a commit carries and a record sums. What they cost is src/app/prices.ts.

/** Amounts by what is billed. */
export interface Usage {
  /** WebSocket messages to and from clients, one for each started 32 KB. */
  readonly messages: number;
  /** Milliseconds that connections were open, all together. */
  readonly connectedMs: number;
  /** Bytes to clients. */
  readonly egress: number;
  /** Runs of functions, and their MB times ms. */
  readonly requests: number;
  readonly mbMs: number;
  /** Read and write request units of the table. */
  readonly reads: number;
  readonly writes: number;
  /** State transitions. */
  readonly transitions: number;
  /** Requests to queues: send, receive, delete. */
  readonly queue: number;
  /** Events on the bus. */
  readonly events: number;
  /** Bytes of log lines. */
  readonly log: number;
}
export type UsageName = keyof Usage;

/** In the order in which the table has them: a new one comes last. */
export const USAGE_NAMES = [
  'messages',
  'connectedMs',
  'egress',
  'requests',
  'mbMs',
  'reads',
  'writes',
  'transitions',
  'queue',
  'events',
  'log',
] as const satisfies readonly UsageName[];

/** The usage with each amount as the function says. */
export function usageFrom(amountOf: (name: UsageName) => number): Usage {
  return {
    messages: amountOf('messages'),
    connectedMs: amountOf('connectedMs'),
    egress: amountOf('egress'),
    requests: amountOf('requests'),
    mbMs: amountOf('mbMs'),
    reads: amountOf('reads'),
    writes: amountOf('writes'),
    transitions: amountOf('transitions'),
    queue: amountOf('queue'),
    events: amountOf('events'),
    log: amountOf('log'),
  };
}

export const NO_USAGE: Usage = usageFrom(() => 0);

/** The sum of two, of which the second may name only some amounts. */
export function addUsage(usage: Usage, more: Partial<Usage>): Usage {
  return usageFrom((name) => usage[name] + (more[name] ?? 0));
}

/** Every amount times a factor. */
export function scaleUsage(usage: Usage, factor: number): Usage {
  return usageFrom((name) => usage[name] * factor);
}

/** API Gateway bills a message for each started 32 KB. */
export function messagesOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 32_768));
}
