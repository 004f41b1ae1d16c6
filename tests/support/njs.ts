// The entry function in njs, the engine that CloudFront Functions descend from: what V8 forgives, it refuses.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { entryCode } from '../../scripts/local/edge.ts';
import type { EdgeEngine, EdgeOutcome } from '../../scripts/local/edge.ts';

/** The njs on the PATH. */
export const NJS = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'njs'))
  .find((path) => existsSync(path));

if (NJS === undefined)
  process.stderr.write(
    'No njs on the PATH (Debian: apt-get install njs): the tests of the entry in njs are skipped.\n',
  );

/** CI as root can install njs (.ci/run does): there a skipped engine is an error. */
export const MUST_HAVE_NJS = process.env['CI'] === 'true' && process.getuid?.() === 0;

/** Runs the function in a process of njs for every event; the program of Debian has `crypto` and no `cloudfront`. */
export function inNjs(values: Readonly<Record<string, string>>): EdgeEngine {
  return async (event) => {
    const output = await runInNjs(`${entryCode().replace("import cf from 'cloudfront';", CLOUDFRONT)}
      const values = ${JSON.stringify(values)};
      handler(${JSON.stringify(event)}).then(
        (result) => console.log(JSON.stringify(Object.assign({ result: result }, chosen))),
        (error) => { throw error; },
      );`);
    return JSON.parse(output) as EdgeOutcome;
  };
}

const CLOUDFRONT = `
  const chosen = {};
  const cf = {
    kvs: () => ({
      get: (key) => (key in values ? Promise.resolve(values[key]) : Promise.reject(new Error('Key not found'))),
    }),
    selectRequestOriginById: (origin) => { chosen.origin = origin; },
  };`;

/** What a script prints in njs; rejects with what njs says when it refuses or throws. */
export async function runInNjs(script: string): Promise<string> {
  if (NJS === undefined) throw new Error('There is no njs');
  const child = spawn(NJS, ['-'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  // Who refuses a script may end before it has read all of it.
  child.stdin.on('error', () => undefined).end(script);
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`njs ended with ${code}: ${output}${errors}`);
  return output;
}
