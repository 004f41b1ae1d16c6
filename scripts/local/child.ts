/** One process of the local cloud: started, waited for, started again when it dies, and stopped. */
import { execa } from 'execa';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readLine } from './log.ts';
import type { Log } from './log.ts';

export interface ChildPlan {
  /** What the logs call it. */
  readonly name: string;
  /** Arguments of node. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Rejects as long as the process does not answer yet; also puts back what a new process lacks. */
  readonly ready: () => Promise<unknown>;
}

export interface Child {
  readonly name: string;
  readonly pid: () => number | undefined;
  readonly stop: () => Promise<void>;
}

/** Where a child's life is told: its log lines, and that it keeps dying. */
export interface Watch {
  readonly log: Log;
  readonly onGivenUp: (error: Error) => void;
}

const LEASH = fileURLToPath(new URL('leash.ts', import.meta.url));
const READY_MS = 120_000;
const POLL_MS = 50;
const STOP_MS = 1_500;
/** A child that lives shorter than this has failed to start; more failures in a row than that end the whole. */
const SHORT_LIFE_MS = 5_000;
const FAILURES = 5;
const FIRST_TRIES = 3;
const LAST_LINES = 20;

/** Starts a child and resolves when it answers; rejects with its last lines when it does not. */
export async function startChild(plan: ChildPlan, watch: Watch): Promise<Child> {
  let run = spawn(plan, watch.log);
  let stopped = false;
  const isStopped = (): boolean => stopped;

  const stop = async (): Promise<void> => {
    stopped = true;
    await end(run);
  };
  const keepAlive = async (): Promise<void> => {
    for (let failures = 0; ;) {
      const how = await run.ended;
      if (isStopped()) return;
      failures = Date.now() - run.begun < SHORT_LIFE_MS ? failures + 1 : 1;
      if (failures > FAILURES) {
        watch.onGivenUp(
          new Error(`The ${plan.name} ended ${failures} times in a row (${how}).${quote(run)}`),
        );
        return;
      }
      watch.log('warn', plan.name, `ended (${how}) and is started again`);
      await sleep(failures * 100);
      if (isStopped()) return;
      run = spawn(plan, watch.log);
      untilReady(plan, run).catch((error: unknown) => watch.log('error', plan.name, String(error)));
    }
  };

  for (let tries = 1; ; tries += 1) {
    const outcome = await untilReady(plan, run).then(() => 'ready' as const, asError);
    if (outcome === 'ready') break;
    await end(run);
    if (tries === FIRST_TRIES) throw outcome;
    // A killed predecessor may hold its files for a moment longer than its parent has lived.
    await sleep(tries * 300);
    run = spawn(plan, watch.log);
  }
  void keepAlive();
  return { name: plan.name, pid: () => run.pid, stop };
}

/** A process that runs, or ran. */
interface Run {
  readonly pid: number | undefined;
  readonly begun: number;
  /** Resolves with how it ended: a signal or an exit code. */
  readonly ended: Promise<string>;
  readonly lastLines: readonly string[];
  readonly closeStdin: () => void;
  readonly kill: () => void;
}

function spawn(plan: ChildPlan, log: Log): Run {
  const child = execa(process.execPath, ['--import', LEASH, ...plan.args], {
    env: plan.env,
    extendEnv: false,
    buffer: false,
    reject: false,
    stdin: 'pipe',
    // Ctrl-C in the terminal reaches the supervisor alone, which ends its children in order.
    detached: true,
  });
  log('info', plan.name, `is process ${child.pid ?? 'none'}`);
  const lastLines: string[] = [];
  const forward = async (from: 'stdout' | 'stderr'): Promise<void> => {
    for await (const line of child.iterable({ from })) {
      const { level, text } = readLine(line, from);
      lastLines.push(text);
      if (lastLines.length > LAST_LINES) lastLines.shift();
      log(level, plan.name, text);
    }
  };
  // The streams break when the child does; `ended` tells of that.
  forward('stdout').catch(() => undefined);
  forward('stderr').catch(() => undefined);
  child.stdin.on('error', () => undefined);
  return {
    pid: child.pid,
    begun: Date.now(),
    ended: child.then(({ signal, exitCode }) => signal ?? `code ${exitCode ?? 'unknown'}`),
    lastLines,
    closeStdin: () => child.stdin.end(),
    kill: () => child.kill('SIGKILL'),
  };
}

async function end(run: Run): Promise<void> {
  run.closeStdin();
  const timer = setTimeout(run.kill, STOP_MS);
  await run.ended;
  clearTimeout(timer);
}

async function untilReady(plan: ChildPlan, run: Run): Promise<void> {
  let how: string | undefined;
  void run.ended.then((ended) => (how = `it ended with ${ended}`));
  let reason: unknown = 'it never answered';
  while (how === undefined && Date.now() - run.begun < READY_MS) {
    try {
      await plan.ready();
      return;
    } catch (error) {
      reason = error;
      await sleep(POLL_MS);
    }
  }
  throw new Error(`The ${plan.name} did not start: ${how ?? String(reason)}.${quote(run)}`);
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

const quote = (run: Run): string => run.lastLines.map((line) => `\n  ${line}`).join('');
