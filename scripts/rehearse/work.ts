// What every part of the rehearsal works with: a folder that goes away, an environment without anybody's AWS account, and commands
// that end when the rehearsal does.

import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Work {
  readonly folder: string;
  /** Of every process. */
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Runs a command to its end and gives its output; rejects with its last lines when it fails. */
  readonly run: (command: string, args: readonly string[], more?: Environment) => Promise<string>;
  readonly remove: () => Promise<void>;
}

export const REGION = 'us-east-1';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LAST_LINES = 40;

/** Makes the folder. The environment names no account but the emulator's, wherever a command would look for one. */
export async function beginWork(signal: AbortSignal): Promise<Work> {
  const folder = await mkdtemp(join(tmpdir(), 'liap-rehearsal-'));
  const environment = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))),
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: join(folder, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'no-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return {
    folder,
    environment,
    signal,
    run: (command, args, more = {}) => run(command, args, { ...environment, ...more }, signal),
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

async function run(
  command: string,
  args: readonly string[],
  env: Environment,
  cancelSignal: AbortSignal,
): Promise<string> {
  const result = await execa(command, args, {
    cwd: ROOT,
    env,
    extendEnv: false,
    all: true,
    stdin: 'ignore',
    cancelSignal,
    reject: false,
  });
  if (!result.failed) return result.all;
  cancelSignal.throwIfAborted();
  const { shortMessage = `${command} failed` } = result;
  throw new Error(`${shortMessage}\n${lastLines(result.all)}`);
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-LAST_LINES).join('\n');
