// The stage's secrets: from SSM where they are named, from the environment of a local run where they are given.

import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { clock } from './process.ts';

/** A secret's value, or the name of the SSM parameter that holds it. */
export type Secret = { readonly value: string } | { readonly parameter: string };

/** A parameter is kept for so long, so that a rotated secret is taken up. */
const MAX_AGE_MS = 5 * 60_000;
/** One that is doubted is read again sooner, though not for every forgery. */
const DOUBTED_AGE_MS = 60_000;

/** Reads a secret, from SSM every five minutes at most, every minute when it is doubted. Throws when there is none. */
export type SecretReader = (secret: Secret, isDoubted?: boolean) => Promise<string>;

/** A reader for a function instance; it keeps what it has read. */
export function createSecretReader(now: () => number = () => clock.now()): SecretReader {
  const client = new SSMClient({});
  const kept = new Map<string, { readonly value: string; readonly at: number }>();
  return async (secret, isDoubted = false) => {
    if ('value' in secret) return secret.value;
    const { parameter } = secret;
    const known = kept.get(parameter);
    const age = isDoubted ? DOUBTED_AGE_MS : MAX_AGE_MS;
    if (known !== undefined && now() < known.at + age) return known.value;
    const { Parameter } = await client.send(
      new GetParameterCommand({ Name: parameter, WithDecryption: true }),
    );
    const value = Parameter?.Value;
    if (!value) throw new Error(`The parameter ${parameter} is empty`);
    kept.set(parameter, { value, at: now() });
    return value;
  };
}
