/**
 * Task tokens: each names its execution and step, so that a late one can be told from one of nobody's. They begin as those of
 * AWS do, are as long, and cannot be compressed either, so that items and payloads have their true size.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';

export interface Task {
  readonly execution: string;
  readonly step: string;
}

const Token = z.tuple([z.string(), z.uuid()]);

/** Real ones begin with `AAAAKgAAAAIAAAAA`. */
const HEAD = Buffer.from('AAAAKgAAAAIAAAAA', 'base64');
/** In base64 that is 684 characters; 664 and 684 have been seen. */
const BYTES = 512;

export function encodeToken({ execution, step }: Task): string {
  const text = Buffer.from(JSON.stringify([execution, step]));
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  const outputLength = BYTES - HEAD.length - length.length - text.length;
  const rest = createHash('shake256', { outputLength }).update(text).digest();
  return Buffer.concat([HEAD, length, text, rest]).toString('base64');
}

/** `null` for what is not a token at all. */
export function decodeToken(token: string): Task | null {
  const bytes = Buffer.from(token, 'base64');
  if (!bytes.subarray(0, HEAD.length).equals(HEAD) || bytes.length !== BYTES) return null;
  const start = HEAD.length + 2;
  try {
    const text = bytes.subarray(start, start + bytes.readUInt16BE(HEAD.length)).toString();
    const [execution, step] = Token.parse(JSON.parse(text));
    return { execution, step };
  } catch {
    return null;
  }
}
