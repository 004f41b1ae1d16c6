/** The log of the local cloud: readable lines of the supervisor and its children on stderr, those of a level and above. */
import { styleText } from 'node:util';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `source` is the process a text is about. */
export type Log = (level: LogLevel, source: string, text: string) => void;

const COLOURS = { debug: 'gray', info: 'gray', warn: 'yellow', error: 'red' } as const;
/** Fields of a function's log entry that say nothing about the game. */
const NOISE = new Set(['level', 'message', 'timestamp', 'service', 'sampling_rate']);
const NOISE_PREFIX = /^(function_|xray_|cold_start)/;

export function createLog(threshold: LogLevel): Log {
  return (level, source, text) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(threshold)) return;
    process.stderr.write(styleText(COLOURS[level], `${source}: ${text}`, { stream: process.stderr }) + '\n');
  };
}

/** A line a child has written: a JSON entry by its own level, any other by where it was written. */
export function readLine(line: string, from: 'stdout' | 'stderr'): { level: LogLevel; text: string } {
  const plain = from === 'stdout' ? 'info' : 'warn';
  const entry = parseEntry(line);
  if (entry === undefined) return { level: plain, text: line };
  const fields = Object.entries(entry)
    .filter(([name]) => !NOISE.has(name) && !NOISE_PREFIX.test(name))
    .map(([name, value]) => `${name}=${toText(value)}`);
  const message = typeof entry['message'] === 'string' ? [entry['message']] : [];
  return { level: levelOf(entry['level']) ?? plain, text: [...message, ...fields].join(' ') };
}

/** An error by its name and message alone: its stack is in minified code. */
function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'stack' in value && 'message' in value)
    return `${'name' in value ? String(value.name) : 'Error'}: ${String(value.message)}`;
  return JSON.stringify(value);
}

function parseEntry(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function levelOf(name: unknown): LogLevel | undefined {
  if (name === 'CRITICAL') return 'error';
  return LOG_LEVELS.find((level) => level === String(name).toLowerCase());
}
