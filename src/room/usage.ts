// What AWS would bill for, counted: the amounts a commit carries and a record sums. What they cost is src/app/prices.ts.

/** Amounts by what is billed. A commit has only those that are not 0. */
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

export const NO_USAGE: Usage = {
  messages: 0,
  connectedMs: 0,
  egress: 0,
  requests: 0,
  mbMs: 0,
  reads: 0,
  writes: 0,
  transitions: 0,
  queue: 0,
  events: 0,
  log: 0,
};
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

/** The sum of two, of which the second may name only some amounts. */
export function addUsage(usage: Usage, more: Partial<Usage>): Usage {
  const sum: Record<UsageName, number> = { ...usage };
  for (const name of USAGE_NAMES) sum[name] += more[name] ?? 0;
  return sum;
}

/** Every amount times a factor. */
export function scaleUsage(usage: Usage, factor: number): Usage {
  const scaled: Record<UsageName, number> = { ...usage };
  for (const name of USAGE_NAMES) scaled[name] *= factor;
  return scaled;
}

/** API Gateway bills a message for each started 32 KB. */
export function messagesOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 32_768));
}
