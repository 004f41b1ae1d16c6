// A function instance of its own process: imports the bundle of a function, calls it once, and says what that took.
// `node first-call.ts BUNDLE EVENT`; prints one line of JSON.

import { PassThrough } from 'node:stream';
import type { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

/** What it took, in ms; the answer as text. */
export interface FirstAnswer {
  readonly imported: number;
  readonly answered: number;
  readonly answer: string;
}

type Handler = (event: unknown) => Promise<unknown>;

const [path = '', event = 'null'] = process.argv.slice(2);

// What Lambda has for functions that stream their answer.
Object.assign(globalThis, {
  awslambda: {
    streamifyResponse:
      (work: (event: unknown, stream: Writable) => Promise<void>): Handler =>
      async (event) => {
        const stream = new PassThrough();
        const [answer] = await Promise.all([text(stream), work(event, stream)]);
        return answer;
      },
  },
});

function textOf(answer: unknown): string {
  if (answer === undefined) return 'nothing';
  return typeof answer === 'string' ? answer : JSON.stringify(answer);
}

const started = performance.now();
const { handler } = (await import(pathToFileURL(path).href)) as { handler: Handler };
const imported = performance.now() - started;
const answer = await handler(JSON.parse(event));
const answered = performance.now() - started;
process.stdout.write(
  JSON.stringify({
    imported,
    answered,
    answer: textOf(answer),
  } satisfies FirstAnswer),
);
