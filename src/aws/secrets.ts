// The stage's secrets: from SSM where they are named, from the environment of a local run where they are given.

import { getParameter } from '@aws-lambda-powertools/parameters/ssm';

/** A secret's value, or the name of the SSM parameter that holds it. */
export type Secret = { readonly value: string } | { readonly parameter: string };

/** Parameters are kept for five minutes, so that a rotated secret is taken up. */
const MAX_AGE_SECONDS = 300;

export async function readSecret(secret: Secret): Promise<string> {
  if ('value' in secret) return secret.value;
  const value = await getParameter(secret.parameter, { decrypt: true, maxAge: MAX_AGE_SECONDS });
  if (value === undefined) throw new Error(`The parameter ${secret.parameter} is empty`);
  return value;
}
