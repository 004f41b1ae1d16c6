/** The deployed entry function, run by CloudFront on an event of ours: `aws cloudfront test-function`. */
import { execa } from 'execa';
import * as z from 'zod/mini';
import type { EdgeEvent, EdgeOutcome } from '../local/edge.ts';

/** What CloudFront made of an event, and how much of the time allowed that took, in percent. */
export interface Tested {
  readonly result: EdgeOutcome['result'];
  readonly utilization: number;
}
export type TestFunction = (event: EdgeEvent) => Promise<Tested>;

const Described = z.object({ ETag: z.string() });
const TestAnswer = z.object({
  TestResult: z.object({
    FunctionOutput: z.optional(z.string()),
    FunctionErrorMessage: z.optional(z.string()),
    ComputeUtilization: z.optional(z.string()),
    FunctionExecutionLogs: z.optional(z.array(z.string())),
  }),
});
const Output = z.object({ request: z.optional(z.looseObject({})), response: z.optional(z.looseObject({})) });

/** The function of that name as it is published. */
export async function onCloudFront(name: string): Promise<TestFunction> {
  const of = ['--name', name, '--stage', 'LIVE', '--output', 'json'];
  const { ETag } = Described.parse(await aws(['describe-function', ...of]));
  return async (event) => {
    // The command line turns text into the bytes that the API asks for only when it is told that it is no Base64.
    const given = ['--cli-binary-format', 'raw-in-base64-out', '--event-object', JSON.stringify(event)];
    const answer = await aws(['test-function', ...of, '--if-match', ETag, ...given]);
    const { TestResult } = TestAnswer.parse(answer);
    const { FunctionErrorMessage = '', FunctionOutput = '', ComputeUtilization = '0' } = TestResult;
    if (FunctionErrorMessage !== '') {
      const logs = (TestResult.FunctionExecutionLogs ?? []).join(' ');
      throw new Error(`${FunctionErrorMessage} ${logs}`.trim());
    }
    const { request, response } = Output.parse(JSON.parse(FunctionOutput));
    const result = response ?? request;
    if (result === undefined) throw new Error(`Neither a request nor a response: ${FunctionOutput}`);
    return { result: result as unknown as Tested['result'], utilization: Number(ComputeUtilization) };
  };
}

async function aws(args: readonly string[]): Promise<unknown> {
  // CloudFront's own API allows few calls a second, and says so.
  const env = { AWS_RETRY_MODE: 'standard', AWS_MAX_ATTEMPTS: '10' };
  const { stdout } = await execa('aws', ['cloudfront', ...args], { env });
  return JSON.parse(stdout);
}
