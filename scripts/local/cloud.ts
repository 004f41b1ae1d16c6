/**
 * The local cloud: database, steps (state machine, event bus and queues) and functions as child processes, and the entry before them.
 * The functions learn from their environment alone where the others are.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import getPort from 'get-port';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../../src/room/room.ts';
import { buildWeb } from '../web.ts';
import { startChild } from './child.ts';
import type { Child, ChildPlan } from './child.ts';
import { loadEdge } from './edge.ts';
import { createEntry } from './entry.ts';
import type { Entry } from './entry.ts';
import { newSecret, openFolder, openTemporaryFolder } from './folder.ts';
import type { Folder } from './folder.ts';
import { createLog } from './log.ts';
import type { Log, LogLevel } from './log.ts';
import { ensureTable } from './table.ts';
import { viewerHeader } from './viewer.ts';

export interface LocalOptions {
  /** 0 or none: any free port. */
  readonly port?: number | undefined;
  /** Keep nothing: the data folder is not touched. */
  readonly memory?: boolean | undefined;
  /** Default `.liap`. */
  readonly dataFolder?: string | undefined;
  readonly settings: Settings;
  /** Default: a new one. */
  readonly adminToken?: string | undefined;
  /** Folder of the page's files; default: src/web, built. */
  readonly webRoot?: string | undefined;
  /** DynamoDB Local or the real thing instead of the embedded database. */
  readonly dynamodbEndpoint?: string | undefined;
  /** Default `warn`. */
  readonly logLevel?: LogLevel | undefined;
  /** The backend that is being replaced, and how many of a hundred visitors make their rooms here and not there. */
  readonly previous?: { readonly url: string; readonly newRoomsPercent: number } | undefined;
  /** Told when a child cannot be kept alive: the cloud is of no use any more. */
  readonly onGivenUp?: (error: Error) => void;
}

export interface LocalCloud {
  readonly url: string;
  readonly adminToken: string;
  /** Where the table is, for whoever wants to compare with the log itself. */
  readonly database: { readonly endpoint: string; readonly table: string };
  /** Process ids of the children by name, as they are now. */
  readonly pids: () => Readonly<Record<string, number | undefined>>;
  /** Ends everything; nothing of it runs when it resolves. */
  readonly stop: () => Promise<void>;
}

/** What the user can put right; the message says all. */
export class StartError extends Error {}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOST = '127.0.0.1';
const STAGE = 'local';
const NAME = `liap-tui-${STAGE}`;
const REGION = 'us-east-1';
const ACCOUNT = '000000000000';

/** Starts the whole and resolves when it serves; rejects with a StartError when the port or the folder is taken. */
export async function startLocal(options: LocalOptions): Promise<LocalCloud> {
  const write = createLog(options.logLevel ?? 'warn');
  let stopping = false;
  // What children say while they are being stopped is about the others being gone.
  const log: Log = (...line) => {
    if (!stopping) write(...line);
  };
  const entry = await takePort(options.port ?? 0, log);
  const adminToken = options.adminToken ?? newSecret();
  const started: Child[] = [];
  let folder: Folder | undefined;
  let endpoint: string;

  const stop = async (): Promise<void> => {
    stopping = true;
    await entry.close();
    const running = started.splice(0);
    // The functions first: they write to the others.
    await running.find((child) => child.name === 'functions')?.stop();
    await Promise.all(running.map((child) => child.stop()));
    folder?.release();
  };
  const startAll = async (plans: readonly ChildPlan[]): Promise<void> => {
    const watch = { log, onGivenUp: (error: Error) => options.onGivenUp?.(error) };
    const results = await Promise.allSettled(plans.map((plan) => startChild(plan, watch)));
    for (const result of results) if (result.status === 'fulfilled') started.push(result.value);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };

  try {
    folder = options.memory === true ? openTemporaryFolder() : takeFolder(options.dataFolder ?? '.liap');
    const place = await choosePlace(options, folder, entry.port);
    endpoint = place.dynamodb.url;
    const access = await awsAccess(place.dynamodb.embedded);
    const environment = environmentOf(place, options, {
      access,
      sessionSecret: folder.sessionSecret,
      adminToken,
    });
    const plans = planChildren(place, environment, viewerHeader(folder.sessionSecret));
    const building = Promise.resolve(options.webRoot ?? buildPages(folder));
    building.catch(() => undefined);
    await startAll([plans.database, plans.functions].flatMap((plan) => plan ?? []));
    // It goes on with the games it has at once, and calls functions for that.
    await startAll([plans.steps]);
    const pages = await building;
    const { previous } = options;
    const edge = loadEdge({
      'session-secret': folder.sessionSecret,
      ...(previous && { 'new-rooms-percent': String(previous.newRoomsPercent) }),
    });
    entry.open({ sockets: place.sockets, api: place.api, pages, edge, previous: previous?.url });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `http://localhost:${entry.port}`,
    adminToken,
    database: { endpoint, table: NAME },
    pids: () => Object.fromEntries(started.map((child) => [child.name, child.pid()])),
    stop,
  };
}

async function takePort(port: number, log: Log): Promise<Entry> {
  try {
    return await createEntry(port, log);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      throw new StartError(`Port ${port} is taken. Choose another: PORT=8081 npm start`);
    if (code === 'EACCES')
      throw new StartError(`Port ${port} may not be used by you. Choose another: PORT=8081 npm start`);
    throw error;
  }
}

function takeFolder(path: string): Folder {
  const folder = openFolder(path);
  if (folder === undefined)
    throw new StartError(
      `Another npm start is using the data folder ${path}. Stop it, or choose another: LIAP_DATA=folder npm start`,
    );
  return folder;
}

async function buildPages(folder: Folder): Promise<string> {
  const pages = join(folder.path, 'web');
  await buildWeb(pages);
  return pages;
}

/** Where everything is: loopback URLs, and files of the folder. */
interface Place {
  readonly sockets: string;
  readonly api: string;
  /** Lambda's endpoint, and behind it serverless-offline's. */
  readonly lambda: string;
  readonly lambdaHost: string;
  readonly steps: string;
  /** The embedded database, or one that is there already. */
  readonly dynamodb: { readonly url: string; readonly embedded: boolean };
  readonly entryPort: number;
  /** Undefined: nothing is kept. */
  readonly dataFolder: string | undefined;
  readonly buildFolder: string;
}

async function choosePlace(options: LocalOptions, folder: Folder, entryPort: number): Promise<Place> {
  const freeUrl = async () => `http://${HOST}:${await getPort({ host: HOST })}`;
  const { dynamodbEndpoint } = options;
  return {
    sockets: await freeUrl(),
    api: await freeUrl(),
    lambda: await freeUrl(),
    lambdaHost: await freeUrl(),
    steps: await freeUrl(),
    dynamodb: { url: dynamodbEndpoint ?? (await freeUrl()), embedded: dynamodbEndpoint === undefined },
    entryPort,
    dataFolder: options.memory === true ? undefined : folder.path,
    // serverless-esbuild takes a path that is relative to serverless.yml.
    buildFolder: relative(ROOT, join(folder.path, 'build')),
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of every child; what is upper case here is what serverless.yml's stage `local` and the SDK read. */
function environmentOf(
  place: Place,
  options: LocalOptions,
  secrets: { readonly access: Environment; readonly sessionSecret: string; readonly adminToken: string },
): Environment {
  const debug = options.logLevel === 'debug';
  const queues = `${place.steps}/${ACCOUNT}/${NAME}`;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))),
    ...secrets.access,
    AWS_ENDPOINT_URL_DYNAMODB: place.dynamodb.url,
    AWS_ENDPOINT_URL_SFN: place.steps,
    AWS_ENDPOINT_URL_SQS: place.steps,
    AWS_ENDPOINT_URL_LAMBDA: place.lambda,
    ALLOWED_ORIGINS: ['localhost', HOST].map((host) => `http://${host}:${place.entryPort}`).join(','),
    TABLE_NAME: NAME,
    WEBSOCKET_ENDPOINT: place.sockets,
    STATE_MACHINE_ARN: `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${NAME}-game`,
    TICK_QUEUE_URL: `${queues}-ticks`,
    DEAD_LETTER_QUEUE_URL: `${queues}-dead-letters`,
    RESULTS_QUEUE_URL: `${queues}-results`,
    GAME_SETTINGS: JSON.stringify(options.settings),
    SESSION_SECRET: secrets.sessionSecret,
    ADMIN_TOKEN: secrets.adminToken,
    LIAP_BUILD_FOLDER: place.buildFolder,
    TALLY_SECONDS: '5',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: debug ? 'DEBUG' : 'WARN',
    SLS_LOG_LEVEL: debug ? 'notice' : 'warning',
    NODE_NO_WARNINGS: '1',
  };
}

const NO_ACCESS = { AWS_REGION: REGION, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

/**
 * Region and credentials: the user's only for a database that is not ours, when there are any in the environment. Functions
 * know no profiles (scripts/lean-sdk.cjs), so they get what a profile comes to: for as long as that is valid.
 */
async function awsAccess(embedded: boolean): Promise<Environment> {
  const own = Object.entries(process.env).filter(
    ([name]) => name.startsWith('AWS_') && !name.startsWith('AWS_ENDPOINT'),
  );
  const hasAccess = own.some(([name]) => name === 'AWS_ACCESS_KEY_ID' || name === 'AWS_PROFILE');
  if (embedded || !hasAccess) return NO_ACCESS;
  const access: Environment = { AWS_REGION: REGION, ...Object.fromEntries(own) };
  const { AWS_PROFILE: profile, ...others } = access;
  return profile === undefined ? access : { ...others, ...(await credentialsOf(profile)) };
}

async function credentialsOf(profile: string): Promise<Environment> {
  const client = new DynamoDBClient({ profile });
  try {
    const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials();
    return {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(`AWS_PROFILE=${profile} gives no credentials: ${why}`);
  }
}

interface Plans {
  readonly database?: ChildPlan;
  readonly functions: ChildPlan;
  readonly steps: ChildPlan;
}

/** `headers`: those without which the API answers nobody. */
function planChildren(place: Place, env: Environment, headers: Readonly<Record<string, string>>): Plans {
  const { dynamodb, dataFolder, sockets, api, lambdaHost, steps } = place;
  const client = new DynamoDBClient({
    endpoint: dynamodb.url,
    region: env['AWS_REGION'] ?? REGION,
    ...(env['AWS_ACCESS_KEY_ID'] === 'local' && {
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
    maxAttempts: 1,
  });
  const withTable = () => ensureTable(client, NAME);
  const folders = dataFolder === undefined ? [] : [join(dataFolder, 'db')];
  const database: ChildPlan = {
    name: 'database',
    args: [script('database.ts'), portOf(dynamodb.url), ...folders],
    env,
    ready: withTable,
  };
  const functions: ChildPlan = {
    name: 'functions',
    args: [
      ...['--import', script('unauthorized.ts'), '--import', script('lambda.ts'), serverlessCli()],
      ...['offline', '--stage', STAGE, '--region', REGION],
      ...['--httpPort', portOf(api), '--websocketPort', portOf(sockets), '--lambdaPort', portOf(lambdaHost)],
    ],
    // serverless-offline's own `awslambda` hands no stream to a function.
    env: { ...env, LAMBDA_HOST: lambdaHost, AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: '1' },
    ready: async () => {
      await expectOk(`${api}/api/health`, headers);
      if (!dynamodb.embedded) await withTable();
    },
  };
  const stepsPlan: ChildPlan = {
    name: 'steps',
    args: [script('steps.ts')],
    env: {
      ...env,
      ...NO_ACCESS,
      STEPS_PORT: portOf(steps),
      STEPS_DATABASE: dataFolder === undefined ? ':memory:' : join(dataFolder, 'steps.sqlite'),
    },
    ready: () => expectOk(`${steps}/ready`),
  };
  return { ...(dynamodb.embedded && { database }), functions, steps: stepsPlan };
}

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const portOf = (url: string): string => new URL(url).port;

function serverlessCli(): string {
  const require = createRequire(import.meta.url);
  return join(require.resolve('serverless/package.json'), '../bin/serverless.js');
}

async function expectOk(url: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`${new URL(url).pathname} answers ${response.status}`);
}
