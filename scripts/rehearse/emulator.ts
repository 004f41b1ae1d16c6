// The emulator: installed into a virtual environment of its own, started, and taken away again with every process it began.

import { execa } from 'execa';
import getPort from 'get-port';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EMULATOR } from './gaps.ts';
import type { Work } from './work.ts';

export interface Emulator {
  readonly url: string;
  /** The last things it complained of. */
  readonly complaints: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

const HOST = '127.0.0.1';
const NAME = 'localhost';
const READY_MS = 60_000;
const STOP_MS = 3_000;
const POLL_MS = 100;
const COMPLAINTS = 30;
const PRELOAD = fileURLToPath(new URL('function-process.cjs', import.meta.url));

/** The emulator's command, in a virtual environment in the folder. Rejects where there is no Python 3 with venv or no PyPI. */
export async function installEmulator({ folder, run }: Work): Promise<string> {
  const venv = join(folder, 'venv');
  await run('python3', ['-m', 'venv', venv]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
  await run(join(venv, 'bin', 'python'), [...pip, `${EMULATOR.name}==${EMULATOR.version}`]);
  return join(venv, 'bin', EMULATOR.name);
}

/** Starts it on a free port of the loopback; resolves when it answers. */
export async function startEmulator(
  command: string,
  { folder, environment, signal }: Work,
  logFile = join(folder, 'emulator.log'),
): Promise<Emulator> {
  const port = await getPort({ host: HOST });
  const url = `http://${HOST}:${port}`;
  const named = `http://${NAME}:${port}`;
  const log = { file: logFile, append: true };
  const child = execa(command, [], {
    env: {
      ...environment,
      // Its functions run under this Node, with the settings of this environment.
      PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
      NODE_OPTIONS: `--require ${JSON.stringify(PRELOAD)}`,
      NODE_NO_WARNINGS: '1',
      AWS_ENDPOINT_URL: url,
      // Where a name is part of it: a queue's URL has this one, and a store's client puts the account before it.
      AWS_ENDPOINT_URL_SQS: named,
      AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE: named,
      GATEWAY_PORT: String(port),
      BIND_HOST: HOST,
      MINISTACK_HOST: NAME,
      TMPDIR: folder,
      PYTHONDONTWRITEBYTECODE: '1',
    },
    extendEnv: false,
    reject: false,
    buffer: false,
    stdin: 'ignore',
    stdout: log,
    stderr: log,
    // A group of its own, so that its workers can be ended with it.
    detached: true,
  });
  const killAll = (): void => killGroup(child.pid);
  process.once('exit', killAll);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await Promise.race([child, pause(STOP_MS)]);
    killAll();
    await child;
    process.off('exit', killAll);
  };
  let hasEnded = false;
  void child.then(() => (hasEnded = true));
  const complaints = () => complaintsIn(logFile);
  try {
    await untilHealthy(url, signal, () => hasEnded);
  } catch (error) {
    await stop();
    throw new Error(`The emulator does not answer.\n${await complaints()}`, { cause: error });
  }
  return { url, complaints, stop };
}

async function untilHealthy(url: string, signal: AbortSignal, hasEnded: () => boolean): Promise<void> {
  const until = Date.now() + READY_MS;
  while (!hasEnded() && Date.now() < until) {
    signal.throwIfAborted();
    const response = await fetch(`${url}/_ministack/health`, { signal }).catch(() => undefined);
    if (response?.ok === true) return;
    await pause(POLL_MS, undefined, { signal });
  }
  throw new Error(hasEnded() ? 'it ended' : `not within ${READY_MS / 1_000} s`);
}

async function complaintsIn(logFile: string): Promise<string> {
  const lines = (await readFile(logFile, 'utf8')).split('\n');
  return lines
    .filter((line) => / (WARNING|ERROR) |"level":"(WARN|ERROR)"|Error/.test(line))
    .slice(-COMPLAINTS)
    .join('\n');
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}
