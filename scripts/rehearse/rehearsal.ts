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
  breakPackage,
  clientOf,
  deleteTable,
  deployStack,
  describeStack,
  discardKept,
  fetchPages,
  inventory,
  isTableProtected,
  KEPT,
  lookBefore,
  makeLeftOut,
  packageStack,
  plantTable,
  readSecret,
  removeStack,
  renewPackage,
  SERVICE,
  STAGE,
  takeTableIn,
} from './deployment.ts';
import type { Deployed, Package } from './deployment.ts';
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

/** Games are played by so many people, one game after the other; bots have the other seats. First after a deployment that broke, then once more. */
const GAMES = [4, 1] as const;
const GAMES_AGAIN = [1] as const;
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
    const { url } = emulator;
    const whole = await step('Stack packaged', () => packageStack(work));
    const broken = await step('The same with a resource that cannot be made', () =>
      breakPackage(work, whole),
    );

    await step('A table that no stack knows stands in the way, and is named', () =>
      refuseLeftover(work, url),
    );
    await step('The first deployment breaks and leaves nothing in the way', () =>
      breakFirst(work, url, broken),
    );
    const first = await deploy(work, url, whole, step);
    say(written(first));
    await step('A deployment breaks and leaves the stack as it was', () => breakLater(work, url, broken));
    const again = await deploy(work, url, await renewPackage(whole), step, first);
    await playThere(work, url, again, GAMES, step, say);
    await step('Stack removed but for table and secrets', () => remove(work, url));

    const secret = await readSecret(url, 'session-secret');
    await step('The table stands in the way, and is named', () => refuse(work, url));
    await step('The table taken into a new stack', () => takeTableIn(url, whole));
    const second = await deploy(work, url, whole, step);
    if ((await readSecret(url, 'session-secret')) !== secret)
      throw new Error('The secret that was there was not taken in');
    await playThere(work, url, second, GAMES_AGAIN, step, say);
    await step('Stack removed but for table and secrets', () => remove(work, url));
    await step('Table and secrets deleted, nothing left', async () => {
      await discardKept(url);
      expectInventory(await inventory(url), []);
    });
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

/** What CloudFormation there does not know is made once for each stack. */
async function deploy(work: Work, url: string, made: Package, step: Step, before?: Deployed): Promise<Stack> {
  const printed = await step('Stack deployed', () => deployStack(work, url, made));
  const deployed = await step('Every resource complete, table protected, addresses printed', () =>
    check(url, printed),
  );
  if (before === undefined)
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
  if (!(await isTableProtected(url))) throw new Error('The table may be deleted');
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
  games: readonly number[],
  step: Step,
  say: (line: string) => void,
): Promise<void> {
  const since = Date.now();
  const entry = await step('Entry opened before the APIs and the pages', () =>
    openEntry(work, url, deployed),
  );
  const address = `http://localhost:${entry.port}`;
  try {
    await step('Page and health answer', () => visit(address, work.signal));
    const token = await readSecret(url, 'admin-token');
    for (const humans of games) {
      const report = await step(`Game of ${humans} played`, () => play(work, address, humans));
      say(indent(report));
      const [, room = ''] = /in room (\w+)/.exec(report) ?? [];
      const log = await step('Its log verified', () =>
        work.run(process.execPath, [script('verify.ts'), '--url', address, '--room', room, '--token', token]),
      );
      say(indent(log));
    }
    await step('Executions succeeded, queues empty', () =>
      settle(url, deployed, { games: games.length, since }, work.signal),
    );
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

/** So many games, since then: executions of a stack before are no matter. */
interface Played {
  readonly games: number;
  readonly since: number;
}

/** Every game's execution must come to its good end, and no letter may be dead, within some seconds of the last game. */
async function settle(url: string, { ids }: Stack, played: Played, signal: AbortSignal): Promise<void> {
  const until = Date.now() + SETTLE_MS;
  for (;;) {
    const problem = await unsettled(url, ids, played);
    if (problem === null) return;
    if (Date.now() > until) throw new Error(problem);
    await pause(500, undefined, { signal });
  }
}

async function unsettled(url: string, ids: Stack['ids'], { games, since }: Played): Promise<string | null> {
  const { executions: all = [] } = await clientOf(SFNClient, url).send(
    new ListExecutionsCommand({ stateMachineArn: idIn(ids, 'GameStateMachine') }),
  );
  const executions = all.filter(({ startDate }) => startDate !== undefined && startDate.getTime() >= since);
  if (executions.length !== games) return `${executions.length} executions of ${games} games`;
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
  await removeStack(work, url);
  expectInventory(await inventory(url), KEPT);
}

function expectInventory(found: readonly string[], expected: readonly string[]): void {
  const tooMuch = found.filter((each) => !expected.includes(each));
  if (tooMuch.length > 0) throw new Error(`There is still ${tooMuch.join(', ')}`);
  const missing = expected.filter((each) => !found.includes(each));
  if (missing.length > 0) throw new Error(`There is no longer ${missing.join(', ')}`);
}

/** The preflight must fail and name the table. */
async function refuse(work: Work, url: string): Promise<void> {
  const { passes, said } = await lookBefore(work, url);
  if (passes || !said.includes(`the table ${SERVICE}-${STAGE} is there`))
    throw new Error(`The preflight does not name the table: ${said}`);
}

async function refuseLeftover(work: Work, url: string): Promise<void> {
  await plantTable(url);
  await refuse(work, url);
  await deleteTable(url);
  const { passes, said } = await lookBefore(work, url);
  if (!passes) throw new Error(`The preflight refuses an empty account: ${said}`);
}

/** Deploys what cannot be: rejects unless that fails where it should. */
async function expectBroken(work: Work, url: string, broken: Package): Promise<void> {
  const printed = await deployStack(work, url, broken).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  work.signal.throwIfAborted();
  if (printed === null) throw new Error('It worked');
  if (!printed.includes('Broken')) throw new Error(`It failed for another reason: ${printed}`);
}

/** Afterwards there is nothing but the stack with the bucket that packages are uploaded to. */
async function breakFirst(work: Work, url: string, broken: Package): Promise<void> {
  await expectBroken(work, url, broken);
  const left = await inventory(url);
  const others = left.filter((each) => !/^(stack liap-tui-dev|bucket .*serverlessdeployment.*)$/.test(each));
  expectInventory(others, []);
}

/** Afterwards there is what was there, and the table is still protected. */
async function breakLater(work: Work, url: string, broken: Package): Promise<void> {
  const before = await inventory(url);
  await expectBroken(work, url, broken);
  expectInventory(await inventory(url), before);
  if (!(await isTableProtected(url))) throw new Error('The table may be deleted');
}
