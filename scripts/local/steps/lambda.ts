/** Invoking a Lambda function, with errors named as Step Functions names them. */
import { InvokeCommand, LambdaServiceException, type LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';

/** Calls a function and resolves with its result; rejects with an error whose name is what a state machine would see. */
export type Invoke = (functionName: string, payload: unknown) => Promise<unknown>;

/** An error by name, as Retry and Catch know it, and its cause in words. */
export interface Failure {
  readonly error: string;
  readonly cause: string;
}

const FunctionError = z.looseObject({ errorType: z.string().min(1).default('Lambda.Unknown') });

/** Invokes by request and response through a real client. */
export function invokeThrough(client: LambdaClient): Invoke {
  return async (functionName, payload) => {
    const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(payload) });
    const response = await client.send(command).catch((error: unknown) => {
      throw named(
        error instanceof LambdaServiceException ? `Lambda.${error.name}` : 'Lambda.SdkClientException',
        error,
      );
    });
    const text = response.Payload?.transformToString() ?? '';
    const result: unknown = text === '' ? null : JSON.parse(text);
    if (response.FunctionError === undefined) return result;
    const { errorType } = FunctionError.catch({ errorType: 'Lambda.Unknown' }).parse(result);
    throw Object.assign(new Error(text), { name: errorType });
  };
}

/** What a state machine sees of an error that was thrown. */
export function failureOf(thrown: unknown): Failure {
  return thrown instanceof Error
    ? { error: thrown.name, cause: thrown.message }
    : { error: 'Lambda.Unknown', cause: String(thrown) };
}

function named(name: string, error: unknown): Error {
  return Object.assign(new Error(failureOf(error).cause, { cause: error }), { name });
}
