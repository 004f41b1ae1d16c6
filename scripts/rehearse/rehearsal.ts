// The rehearsal from beginning to end. Each step says when it is done, with its time; the first that fails ends it.

import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadEdge } from '../local/edge.ts';
import { createEntry } from '../local/entry.ts';
import type { Entry } from '../local/entry.ts';
import { createLog } from '../local/log.ts';
import {
  clientOf,
  deployStack,
  describeStack,
  fetchPages,
  makeLeftOut,
  packageStack,
  readSecret,
  removeStack,
  STAGE,
} from './deployment.ts';
import type { Deployed } from './deployment.ts';
import { installEmulator, startEmulator } from './emulator.ts';
import type { Emulator } from './emulator.ts';
import { countTypes, EMULATOR } from './gaps.ts';
import { beginWork } from './work.ts';
import type { Work } from './work.ts';

export interface Rehearsal {
  /** An installed emulator, instead of one from PyPI. */
  readonly command: string | undefined;
  /** Where the emulator writes what it and the functions say; default: nowhere that stays. */
  readonly logFile: string | undefined;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Games are played by so many people, one game after the other; bots have the other seats. */
const GAMES = [4, 1] as const;
/** How long nothing may happen in a game, in seconds: move clocks do not run here. */
const PATIENCE = 60;
const SETTLE_MS = 15_000;

const script = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** Rejects with what did not work. Nothing of it is left afterwards, neither process nor folder. */
export async function rehearse({ command, logFile, signal, say }: Rehearsal): Promise<void> {
  const begun = Date.now();
  const step = createSteps(say);
  const work = await beginWork(signal);
  let emulator: Emulator | undefined;
  try {
    const installed =
      command ?? (await step(`${EMULATOR.name} ${EMULATOR.version} installed`, () => installEmulator(work)));
    emulator = await step('Emulator started', () => startEmulator(installed, work, logFile));
    const deployed = await deploy(work, emulator.url, step);
    say(written(deployed));
    await playThere(work, emulator.url, deployed, step, say);
    await step('Stack removed, nothing of it left', () => remove(work, emulator?.url ?? ''));
    say(`Rehearsed in ${seconds(begun)} s.`);
  } catch (error) {
    signal.throwIfAborted();
    const complaints = (await emulator?.complaints()) ?? '';
    if (complaints !== '') say(`The emulator's last complaints:\n${complaints}`);
    throw error;
  } finally {
    await emulator?.stop();
    await work.remove();
  }
}

type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

function createSteps(say: (line: string) => void): Step {
  return async (name, work) => {
    const begun = Date.now();
    const result = await work().catch((error: unknown) => {
      throw new Error(`${name}: not so. ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    });
    say(`${name} (${seconds(begun)} s)`);
    return result;
  };
}

const seconds = (since: number): string => ((Date.now() - since) / 1_000).toFixed(1);

interface Stack extends Deployed {
  readonly leftOut: readonly string[];
}

async function deploy(work: Work, url: string, step: Step): Promise<Stack> {
  const made = await step('Stack packaged', () => packageStack(work));
  const printed = await step('Stack deployed', () => deployStack(work, url, made));
  const deployed = await step('Every resource complete, addresses printed', () => check(url, printed));
  await step('What CloudFormation there does not know made', () => makeLeftOut(url, made, deployed));
  return { ...deployed, leftOut: Object.values(made.leftOut).map(({ Type }) => Type) };
}

/** What a deployment promises whoever ran it (docs/deploying.md). */
const PRINTED = ['PlayersAddress', 'OperatorsAddress', 'OperatorsToken'] as const;

async function check(url: string, printed: string): Promise<Deployed> {
  const deployed = await describeStack(url);
  for (const name of PRINTED) {
    const value = deployed.outputs[name];
    if (value === undefined || !printed.includes(value)) throw new Error(`sls deploy does not print ${name}`);
  }
  return deployed;
}

function written({ types, leftOut, outputs }: Stack): string {
  const counts = [...countTypes(types)].map(([type, count]) => `  ${String(count).padStart(3)} ${type}`);
  return [
    `${types.length} resources of ${counts.length} types:`,
    ...counts,
    `Not by the template: ${leftOut.join(', ')}.`,
    `Players would go to ${outputs['PlayersAddress'] ?? 'nowhere'}.`,
  ].join('\n');
}

/** The games, through the entry; then what is left of them in the log, the state machine and the queues. */
async function playThere(
  work: Work,
  url: string,
  deployed: Stack,
  step: Step,
  say: (line: string) => void,
): Promise<void> {
  const entry = await step('Entry opened before the APIs and the pages', () =>
    openEntry(work, url, deployed),
  );
  const address = `http://localhost:${entry.port}`;
  try {
    await step('Page and health answer', () => visit(address, work.signal));
    const token = await readSecret(url, 'admin-token');
    for (const humans of GAMES) {
      const report = await step(`Game of ${humans} played`, () => play(work, address, humans));
      say(indent(report));
      const [, room = ''] = /in room (\w+)/.exec(report) ?? [];
      const log = await step('Its log verified', () =>
        work.run(process.execPath, [script('verify.ts'), '--url', address, '--room', room, '--token', token]),
      );
      say(indent(log));
    }
    await step('Executions succeeded, queues empty', () => settle(url, deployed, work.signal));
  } finally {
    await entry.close();
  }
}

const indent = (text: string): string => text.replace(/^/gm, '  ');

/** `npm run play`, by its script. */
function play(work: Work, address: string, humans: number): Promise<string> {
  const args = ['--url', address, '--humans', `${humans}`, '--patience', `${PATIENCE}`, '--quiet'];
  return work.run(process.execPath, [script('play.ts'), ...args]);
}

/** The entry of `npm start` in CloudFront's place: the deployed function, the files of the bucket, the APIs of the stack. */
async function openEntry(work: Work, url: string, { ids }: Stack): Promise<Entry> {
  const pages = join(work.folder, 'pages');
  await fetchPages(url, idIn(ids, 'PagesBucket'), pages);
  const api = (name: string, stage: string) => `${url}/_aws/execute-api/${idIn(ids, name)}/${stage}`;
  const edge = loadEdge({ 'session-secret': await readSecret(url, 'session-secret') });
  const entry = await createEntry(0, createLog('warn'));
  entry.open({ sockets: api('WebsocketsApi', STAGE), api: api('HttpApi', '$default'), pages, edge });
  return entry;
}

function idIn(ids: Stack['ids'], name: string): string {
  const id = ids[name];
  if (id === undefined) throw new Error(`The stack has no ${name}`);
  return id;
}

async function visit(address: string, signal: AbortSignal): Promise<void> {
  for (const path of ['/', '/admin', '/api/health']) {
    const response = await fetch(`${address}${path}`, { signal });
    if (!response.ok)
      throw new Error(`${path} answers ${response.status}: ${(await response.text()).slice(0, 200)}`);
  }
}

/** Every game's execution must come to its good end, and no letter may be dead, within some seconds of the last game. */
async function settle(url: string, { ids }: Stack, signal: AbortSignal): Promise<void> {
  const until = Date.now() + SETTLE_MS;
  for (;;) {
    const problem = await unsettled(url, ids);
    if (problem === null) return;
    if (Date.now() > until) throw new Error(problem);
    await pause(500, undefined, { signal });
  }
}

async function unsettled(url: string, ids: Stack['ids']): Promise<string | null> {
  const { executions = [] } = await clientOf(SFNClient, url).send(
    new ListExecutionsCommand({ stateMachineArn: idIn(ids, 'GameStateMachine') }),
  );
  if (executions.length !== GAMES.length) return `${executions.length} executions of ${GAMES.length} games`;
  for (const { name = '', status = 'without status' } of executions)
    if (status !== 'SUCCEEDED') return `The execution ${name} is ${status}`;
  const { Attributes = {} } = await clientOf(SQSClient, url).send(
    new GetQueueAttributesCommand({
      QueueUrl: idIn(ids, 'DeadLetterQueue'),
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  const dead = Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
  return dead === 0 ? null : `${dead} dead letters`;
}

async function remove(work: Work, url: string): Promise<void> {
  const left = await removeStack(work, url);
  if (left.length > 0) throw new Error(`There is still ${left.join(', ')}`);
}
