// On what a benchmark ran: without it, its figures mean nothing.

import { cpus } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  /** ISO date and time. */
  readonly at: string;
}

export function thisMachine(): Machine {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    node: process.version,
    at: new Date().toISOString(),
  };
}
