// How long a function takes from nothing to its first answer: each time a process of its own, and AWS on the loopback.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bundle } from './bundling.ts';
import type { FirstAnswer } from './first-call.ts';
import { AWS, createAws, environmentAt, FIRST_CALLS } from './first-calls.ts';

const FIRST_CALL = join(import.meta.dirname, 'first-call.ts');

/** The first answers of some functions, so many times each, in turns so that a busy moment hits all alike. Throws when one is wrong. */
export async function firstAnswers(
  bundles: readonly Bundle[],
  runs: number,
): Promise<ReadonlyMap<string, readonly FirstAnswer[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'liap-bundles-'));
  const aws = createAws();
  try {
    await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
    const pathOf = ({ name }: Bundle): string => join(folder, `${name}.mjs`);
    await Promise.all(bundles.map((each) => writeFile(pathOf(each), each.code)));
    const answers = new Map<string, FirstAnswer[]>(bundles.map(({ name }) => [name, []]));
    for (let run = 0; run < runs; run++) {
      for (const each of bundles)
        answers.get(each.name)?.push(await firstAnswer(each.name, pathOf(each), url));
    }
    return answers;
  } finally {
    aws.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function firstAnswer(name: string, path: string, url: string): Promise<FirstAnswer> {
  const call = FIRST_CALLS[name];
  if (call === undefined) throw new Error(`There is no first call of ${name} in first-calls.ts`);
  const env = { PATH: process.env['PATH'], ...environmentAt(url) };
  const stdout = await run([FIRST_CALL, path, JSON.stringify(call.event).replace(AWS, url)], env).catch(
    (error: unknown) => {
      throw new Error(`${name} did not start: ${reasonIn(error)}`);
    },
  );
  const first = JSON.parse(stdout.split('\n').at(-1) ?? '') as FirstAnswer;
  if (!call.answered.test(first.answer)) throw new Error(`${name} answered ${first.answer}`);
  return first;
}

async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return stdout;
}

/** What a failed process says went wrong, without the line of minified code it shows. */
function reasonIn(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  return /^\w*Error: .*/m.exec(said)?.[0] ?? said.slice(-500);
}
