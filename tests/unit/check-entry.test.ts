// The check after a deployment, with the function run here in CloudFront's place.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { casesFor, PROBE } from '../../scripts/entry/cases.ts';
import { checkEntry } from '../../scripts/entry/check.ts';
import { onCloudFront } from '../../scripts/entry/cloudfront.ts';
import type { TestFunction } from '../../scripts/entry/cloudfront.ts';
import { inNode } from '../../scripts/local/edge.ts';

/** A stage whose secret nobody knows, with so many of a hundred visitors sent to us. */
function stageWith(share: string | undefined): TestFunction {
  const engine = inNode({
    'session-secret': 'the secret of the stage',
    ...(share !== undefined && { 'new-rooms-percent': share }),
  });
  return async (event) => ({ result: (await engine(event)).result, utilization: 7 });
}

describe('a deployed entry function', () => {
  test.each([
    [undefined, undefined],
    ['1', '50'],
    ['100', '50'],
    ['0', '0'],
  ] as const)('answers all that a stage can be asked with new-rooms-percent %s', async (share, as) => {
    const report = await checkEntry(stageWith(share));
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ asked: casesFor(as).length, utilization: 7 });
    expect(report.asked).toBeGreaterThan(15);
  });

  test('that gives unsigned sessions is found out', async () => {
    const good = stageWith(undefined);
    const { problems } = await checkEntry(async (event) => {
      const tested = await good(event);
      const given = tested.result.cookies?.['liap_session'];
      if (given !== undefined) given.value = given.value.slice(0, 40);
      return tested;
    });
    expect(problems.join('\n')).toMatch(/asked for without a session comes with one.*answer\.cookies/);
  });

  test('that throws at some events is named with them', async () => {
    const good = stageWith(undefined);
    const { problems } = await checkEntry((event) =>
      event.request.uri === '/administer'
        ? Promise.reject(new Error('SyntaxError: await in arguments not supported'))
        : good(event),
    );
    expect(problems).toEqual([expect.stringMatching(/^the path of a view .*: \/administer: SyntaxError/)]);
  });

  test('that throws at everything ends the check with what CloudFront says', async () => {
    await expect(checkEntry(() => Promise.reject(new Error('SyntaxError: in 52')))).rejects.toThrow(/in 52/);
  });
});

describe('aws cloudfront test-function', () => {
  const folder = mkdtempSync(join(tmpdir(), 'liap-aws-'));
  const path = process.env['PATH'] ?? '';
  const answers = join(folder, 'answer.json');

  beforeAll(() => {
    const command = join(folder, 'aws');
    writeFileSync(
      command,
      `#!/bin/sh
printf '%s\\n' "$@" >> ${folder}/asked
case "$2" in
  describe-function) echo '{"ETag":"ETVPDKIKX0DER"}' ;;
  test-function) cat ${answers} ;;
  *) exit 252 ;;
esac
`,
    );
    chmodSync(command, 0o755);
    process.env['PATH'] = `${folder}${delimiter}${path}`;
  });
  afterAll(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true });
  });
  const testWith = async (TestResult: object) => {
    writeFileSync(answers, JSON.stringify({ TestResult }));
    return (await onCloudFront('liap-tui-dev-entry'))(PROBE);
  };

  test('is given the event as it is, for the function as published', async () => {
    const request = { ...PROBE.request, uri: '/index.html' };
    const tested = await testWith({ FunctionOutput: JSON.stringify({ request }), ComputeUtilization: '23' });
    expect(tested).toEqual({ result: request, utilization: 23 });
    const asked = readFileSync(join(folder, 'asked'), 'utf8').split('\n');
    expect(asked).toEqual(expect.arrayContaining(['liap-tui-dev-entry', 'LIVE', 'ETVPDKIKX0DER']));
    expect(asked).toContain(JSON.stringify(PROBE));
  });

  test('may answer for the visitor', async () => {
    const response = { statusCode: 404 };
    expect(await testWith({ FunctionOutput: JSON.stringify({ response }) })).toMatchObject({
      result: response,
    });
  });

  test('tells the error of the function and what it has logged', async () => {
    const failed = { FunctionErrorMessage: 'The function threw.', FunctionExecutionLogs: ['line'] };
    await expect(testWith({ ...failed, FunctionOutput: '' })).rejects.toThrow('The function threw. line');
  });
});
