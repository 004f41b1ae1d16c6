import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { bundle } from '../../scripts/bench/bundle/bundling.ts';
import { parseSettings } from '../../src/app/settings.ts';

jest.setTimeout(120_000);

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
  >;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const serverless = join(
  createRequire(import.meta.url).resolve('serverless/package.json'),
  '../bin/serverless.js',
);
const folder = mkdtempSync(join(tmpdir(), 'liap-package-'));
let template: Template;

const FUNCTIONS = [
  'authorizer',
  'connect',
  'disconnect',
  'message',
  'broadcaster',
  'phase',
  'tick',
  'http',
  'secrets',
  'pages',
  'alarm',
];

/** `sls package` on a machine that has no account: no credentials, no home, no network but a closed port. */
beforeAll(async () => {
  const nowhere = 'http://127.0.0.1:9';
  await promisify(execFile)(
    process.execPath,
    [serverless, 'package', '--stage', 'dev', '--package', join(folder, 'out')],
    {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        TMPDIR: folder,
        HTTP_PROXY: nowhere,
        HTTPS_PROXY: nowhere,
        LIAP_BUILD_FOLDER: relative(root, join(folder, 'build')),
      },
    },
  );
  template = JSON.parse(
    readFileSync(join(folder, 'out', 'cloudformation-template-update-stack.json'), 'utf8'),
  ) as Template;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ofType = (type: string) =>
  Object.values(template.Resources).filter((resource) => resource.Type === type);

const allOf = (texts: unknown, pattern: RegExp): boolean =>
  [texts].flat().every((each) => typeof each === 'string' && pattern.test(each));

test('Packaging makes all functions, each with everything it needs in one small file', () => {
  const names = ofType('AWS::Lambda::Function').map(({ Properties }) => Properties['FunctionName']);
  expect(names.sort()).toEqual(FUNCTIONS.map((name) => `liap-tui-dev-${name}`).sort());
  for (const name of FUNCTIONS)
    expect(statSync(join(folder, 'out', `${name}.zip`)).size).toBeLessThan(1024 * 1024);
});

test('What is packaged is what npm run bench:bundle measures', async () => {
  for (const name of FUNCTIONS) {
    const { size } = await bundle(name);
    expect([name, sizesIn(join(folder, 'out', `${name}.zip`))]).toEqual([name, [size]]);
  }
});

/** The sizes of a zip's files, unpacked, by the entries of its directory (APPNOTE 4.3.12). */
function sizesIn(zip: string): readonly number[] {
  const bytes = readFileSync(zip);
  const sizes: number[] = [];
  for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4))
    sizes.push(bytes.readUInt32LE(at + 24));
  return sizes;
}

test('The functions get the default settings of the game', () => {
  for (const { Properties } of ofType('AWS::Lambda::Function')) {
    const { Variables } = Properties['Environment'] as { Variables: Record<string, string> };
    expect(JSON.parse(Variables['GAME_SETTINGS'] ?? '')).toEqual(parseSettings('{}'));
  }
});

test('The state machine is the one of the repository, with nothing left to fill in but what CloudFormation does', () => {
  const [machine] = ofType('AWS::StepFunctions::StateMachine');
  const definition = readFileSync(join(root, 'statemachines/game.asl.json'), 'utf8');
  expect(JSON.parse(String(machine?.Properties['DefinitionString']))).toEqual(JSON.parse(definition));
  const holes = new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
  expect(new Set(Object.keys(machine?.Properties['DefinitionSubstitutions'] ?? {}))).toEqual(holes);
});

test('Nothing may do anything to everything', () => {
  for (const { Properties } of ofType('AWS::IAM::Role')) {
    const policies = Properties['Policies'] as {
      PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] };
    }[];
    const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    expect(statements.length).toBeGreaterThan(0);
    for (const { Action, Resource } of statements) {
      expect([Action].flat()).not.toContainEqual(expect.stringMatching(/\*/));
      if (!allOf(Action, /^logs:.*(Deliver|Polic|LogGroups)|^cloudwatch:GetMetric/))
        expect([Resource].flat()).not.toContain('*');
    }
  }
});

test('Every function’s log is kept for as long as the stage says', () => {
  const groups = ofType('AWS::Logs::LogGroup');
  expect(groups.length).toBeGreaterThan(FUNCTIONS.length);
  for (const { Properties } of groups) expect(Properties['RetentionInDays']).toBe(14);
});
