/**
 * Preloaded into the function host: an authorizer that fails with the error `Unauthorized` refuses with 401, as API Gateway
 * has it. serverless-offline knows that of callbacks only, and answers 500 and an error in the log to a promise.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const FILE = '/in-process-runner/InProcessRunner.js';
const RETURN = 'return Promise.race(responses)';
const REFUSE =
  ".catch((error) => { if (error?.message === 'Unauthorized') return 'Unauthorized'; throw error })";

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(FILE)) return loaded;
    const source = readFileSync(fileURLToPath(url), 'utf8');
    if (!source.includes(RETURN))
      throw new Error(`${url} has changed: scripts/local/unauthorized.ts must follow`);
    return { ...loaded, source: source.replace(RETURN, RETURN + REFUSE) };
  },
});
