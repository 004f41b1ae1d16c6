/** `npm start`: the whole game on this machine, in one command. Option: `--memory` keeps nothing. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { parseSettings } from '../../src/app/settings.ts';
import type { Settings } from '../../src/room/room.ts';
import { StartError, startLocal } from './cloud.ts';
import type { LocalCloud } from './cloud.ts';
import { LOG_LEVELS } from './log.ts';

const filled = z.string().min(1, 'is empty');

/** What the user may set, and what is taken when it is not set. */
const environmentSchema = z.object({
  PORT: filled.regex(/^\d+$/, 'is not a port').transform(Number).pipe(z.number().max(65_535)).default(8080),
  ADMIN_TOKEN: filled.regex(/^\S+$/, 'has a space').optional(),
  GAME_SETTINGS: filled.prefault('{}').transform(readSettings),
  WEB_ROOT: filled.refine((path) => existsSync(path), 'is a folder that is not there').optional(),
  DYNAMODB_ENDPOINT: z.url('is not a URL').optional(),
  LIAP_DATA: filled.default('.liap'),
  PREVIOUS_BACKEND: z.url('is not a URL').optional(),
  NEW_ROOMS_PERCENT: filled.transform(Number).pipe(z.number('is not a number').min(0).max(100)).default(100),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('warn'),
});

let cloud: LocalCloud | undefined;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));

try {
  const memory = readArguments();
  const environment = readEnvironment();
  cloud = await startLocal({
    port: environment.PORT,
    memory,
    dataFolder: environment.LIAP_DATA,
    settings: environment.GAME_SETTINGS,
    adminToken: environment.ADMIN_TOKEN,
    webRoot: environment.WEB_ROOT,
    dynamodbEndpoint: environment.DYNAMODB_ENDPOINT,
    logLevel: environment.LOG_LEVEL,
    previous:
      environment.PREVIOUS_BACKEND === undefined
        ? undefined
        : { url: environment.PREVIOUS_BACKEND, newRoomsPercent: environment.NEW_ROOMS_PERCENT },
    onGivenUp: (error) => {
      console.error(error.message);
      void stop(1);
    },
  });
  const token = environment.ADMIN_TOKEN === undefined ? ` (operator's token: ${cloud.adminToken})` : '';
  console.log(`Liap Tui is ready at ${cloud.url}${token}`);
} catch (error) {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}

/** Ends the cloud and this process; a second signal, or one before the cloud is there, ends both without ceremony. */
async function stop(code: number): Promise<void> {
  const running = cloud;
  cloud = undefined;
  if (running === undefined) process.exit(code === 0 ? 130 : code);
  await running.stop();
  process.exit(code);
}

function readArguments(): boolean {
  try {
    return parseArgs({ options: { memory: { type: 'boolean', default: false } } }).values.memory;
  } catch (error) {
    throw new StartError(
      `${error instanceof Error ? error.message : String(error)}\nUsage: npm start [-- --memory]`,
    );
  }
}

function readEnvironment(): z.infer<typeof environmentSchema> {
  const result = environmentSchema.safeParse(process.env);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new StartError(['The environment is wrong:', ...lines].join('\n'));
}

function readSettings(json: string, context: z.RefinementCtx): Settings {
  try {
    return parseSettings(json);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
}
