import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Template } from './template.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const serverless = join(
  createRequire(import.meta.url).resolve('serverless/package.json'),
  '../bin/serverless.js',
);

/** `sls package` on a machine that has no account: no credentials, no home, no network but a closed port. The files go to `folder`. */
export async function packageStage(
  stage: string,
  folder: string,
  params: Readonly<Record<string, string>> = {},
  region = 'us-east-1',
): Promise<Template> {
  mkdirSync(folder, { recursive: true });
  const given = Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const args = [serverless, 'package', '--stage', stage, '--package', folder, '--region', region, ...given];
  await promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      TMPDIR: folder,
      HTTP_PROXY: 'http://127.0.0.1:9',
      HTTPS_PROXY: 'http://127.0.0.1:9',
      LIAP_BUILD_FOLDER: relative(root, join(folder, 'build')),
    },
  });
  return JSON.parse(
    readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'),
  ) as Template;
}
