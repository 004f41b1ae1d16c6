/** Task tokens: each names its execution and step, so that a late one can be told from an unknown one. */
import { z } from 'zod';

export interface Task {
  readonly execution: string;
  readonly step: string;
}

const Token = z.tuple([z.string(), z.uuid()]);

export function encodeToken({ execution, step }: Task): string {
  return Buffer.from(JSON.stringify([execution, step])).toString('base64url');
}

/** `null` for what is not a token at all. */
export function decodeToken(token: string): Task | null {
  try {
    const [execution, step] = Token.parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
    return { execution, step };
  } catch {
    return null;
  }
}
