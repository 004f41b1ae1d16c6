import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { parseSettings } from '../../src/app/settings.ts';
import { Environment } from '../../src/handlers/environment.ts';

interface Service {
  readonly params: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly provider: { readonly environment: Readonly<Record<string, string>>; readonly timeout: number };
  readonly functions: Readonly<Record<string, ServiceFunction>>;
  readonly resources: readonly unknown[];
}
interface ServiceFunction {
  readonly handler: string;
  readonly role: string;
  readonly timeout?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly events?: readonly Record<string, unknown>[];
}
interface Fragment {
  readonly Resources: Readonly<Record<string, { readonly Properties: unknown }>>;
}

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('serverless.yml', root), 'utf8');
const service = parse(text) as Service;
const { params, provider, functions } = service;
const fragments = readdirSync(new URL('infra', root)).map((name) => ({
  name,
  text: readFileSync(new URL(`infra/${name}`, root), 'utf8'),
}));
const resources = Object.assign(
  {},
  ...fragments
    .filter(({ name }) => name.endsWith('.yml'))
    .map((fragment) => (parse(fragment.text) as Fragment).Resources),
) as Fragment['Resources'];
/** What some functions may find in their environment. */
const environmentOf = (some: readonly ServiceFunction[]): Readonly<Record<string, string>> =>
  Object.assign({}, provider.environment, ...some.map((each) => each.environment)) as Readonly<
    Record<string, string>
  >;
/** The functions that a local run has as well; the others are for the stack. */
const STACK = ['secrets', 'pages', 'alarm'];
const playing = Object.entries(functions).flatMap(([name, each]) => (STACK.includes(name) ? [] : [each]));
const STAGES = ['dev', 'staging', 'prod', 'local'];

/** Parameters of a stage: its own over the default. */
const paramsOf = (stage: string): Readonly<Record<string, unknown>> => ({
  ...params['default'],
  ...params[stage],
});
const fill = (template: string, values: Readonly<Record<string, unknown>>): string =>
  template.replace(/\$\{param:(\w+)\}/g, (_all, name: string) => String(values[name]));

describe('the settings of a stage', () => {
  test.each(['dev', 'staging', 'prod'])(
    'are all the settings of the game, within their limits: %s',
    (stage) => {
      const values = paramsOf(stage);
      const settings: unknown = JSON.parse(fill(String(values['gameSettings']), values));
      expect(settings).toEqual(parseSettings(JSON.stringify(settings)));
      expect(Object.keys(settings as object)).toHaveLength(Object.keys(parseSettings('{}')).length);
    },
  );

  test('are the defaults of the game unless the stage says otherwise', () => {
    expect(params['default']).toMatchObject(parseSettings('{}'));
  });

  test('name nothing that the defaults do not have', () => {
    const known = Object.keys(params['default'] ?? {});
    expect(Object.keys(params).sort()).toEqual(['default', ...STAGES].sort());
    for (const stage of STAGES)
      expect(known).toEqual(expect.arrayContaining(Object.keys(params[stage] ?? {})));
  });

  test('are used, each of them', () => {
    const all = [text, ...fragments.map((fragment) => fragment.text)].join('\n');
    const used = new Set([...all.matchAll(/\$\{param:(\w+)\}|param\('(\w+)'\)/g)].map(([, a, b]) => a ?? b));
    expect(new Set(Object.keys(params['default'] ?? {}))).toEqual(used);
  });

  test('are plain text on a local run, taken from the variable that the functions read', () => {
    const names = Object.entries(environmentOf(playing)).flatMap(([variable, value]) => {
      const name = /^\$\{param:(\w+)\}$/.exec(value)?.[1];
      return name === undefined ? [] : [{ name, variable }];
    });
    const fromEnvironment = Object.fromEntries(
      names.map(({ name, variable }) => [name, `\${env:${variable}, ''}`]),
    );
    expect(params['local']).toEqual(fromEnvironment);
  });
});

describe('a function', () => {
  test.each(Object.entries(functions))('has its handler in the file of its name: %s', (name, { handler }) => {
    expect(handler).toBe(`src/handlers/${name}.handler`);
    expect(existsSync(new URL(`src/handlers/${name}.ts`, root))).toBe(true);
  });

  test('finds every variable it may ask for', () => {
    const found = Object.keys(environmentOf(Object.values(functions)));
    expect(found.sort()).toEqual(Object.keys(Environment.shape).sort());
  });

  test.each(Object.entries(functions))(
    'finds those that its file takes from the environment: %s',
    (name, each) => {
      const file = readFileSync(new URL(`src/handlers/${name}.ts`, root), 'utf8');
      const asked = [...file.matchAll(/\b([A-Z][A-Z_]+): true\b/g)].map(([, variable]) => variable);
      const secrets = [...file.matchAll(/secretSource\('(\w+)'\)/g)].map(
        ([, secret]) => `${secret}_PARAMETER`,
      );
      expect(Object.keys(environmentOf([each]))).toEqual(expect.arrayContaining([...asked, ...secrets]));
    },
  );
});

describe('a fragment of the template', () => {
  test('is taken in by serverless.yml or by one that is', () => {
    for (const { name } of fragments) {
      const taker = [text, ...fragments.map((fragment) => fragment.text)].find((each) =>
        [
          `\${file(./infra/${name})`,
          `- ./infra/${name}`,
          `plugins: infra/${name}`,
          `require('./${name}')`,
          `'file(./infra/${name})'`,
        ].some((way) => each.includes(way)),
      );
      expect({ name, taken: taker !== undefined }).toEqual({ name, taken: true });
    }
  });
});

describe('who publishes', () => {
  const timeoutOf = (name: string): number => functions[name]?.timeout ?? provider.timeout;

  test.each(['disconnect', 'message', 'phase', 'tick', 'http'])(
    'outlives a broadcaster that runs out of time twice: %s',
    (name) => {
      expect(timeoutOf(name)).toBeGreaterThan(2 * timeoutOf('broadcaster'));
    },
  );

  test('is answered before API Gateway gives up', () => {
    for (const name of ['connect', 'disconnect', 'message', 'http', 'authorizer'])
      expect(timeoutOf(name)).toBeLessThan(29);
  });
});

describe('a WebSocket', () => {
  test('is asked who it is by a function that is never skipped', () => {
    expect(functions['connect']?.events).toEqual([
      { websocket: { route: '$connect', authorizer: { name: 'authorizer', identitySource: [] } } },
    ]);
  });

  test('gets what the message function returns', () => {
    expect(functions['message']?.events).toEqual([
      { websocket: { route: '$default', routeResponseSelectionExpression: '$default' } },
    ]);
  });
});

describe('a tick', () => {
  const queue = resources['TickQueue']?.Properties;

  test('stays hidden for six times as long as its function may take', () => {
    const timeout = functions['tick']?.timeout ?? provider.timeout;
    expect((queue as { VisibilityTimeout: number }).VisibilityTimeout).toBeGreaterThanOrEqual(6 * timeout);
  });

  test('that fails five times is put aside, alone', () => {
    expect(queue).toMatchObject({ RedrivePolicy: { maxReceiveCount: 5 } });
    expect(functions['tick']?.events).toMatchObject([
      { sqs: { functionResponseType: 'ReportBatchItemFailures' } },
    ]);
  });
});

describe('a result', () => {
  const queue = resources['ResultsQueue']?.Properties;
  const rule = resources['GameFinishedRule']?.Properties;

  test('stays hidden for six times as long as its function may take, fails alone, and is put aside after five tries', () => {
    const timeout = functions['results']?.timeout ?? provider.timeout;
    expect((queue as { VisibilityTimeout: number }).VisibilityTimeout).toBeGreaterThanOrEqual(6 * timeout);
    expect(queue).toMatchObject({ SqsManagedSseEnabled: true, RedrivePolicy: { maxReceiveCount: 5 } });
    expect(functions['results']?.events).toMatchObject([
      { sqs: { functionResponseType: 'ReportBatchItemFailures' } },
    ]);
  });

  test('is what the rule lets through of all that the state machine puts on the bus', () => {
    const definition = readFileSync(new URL('statemachines/game.asl.json', root), 'utf8');
    const { States } = JSON.parse(definition) as {
      readonly States: Readonly<
        Record<string, { readonly Resource?: string; readonly Parameters?: unknown }>
      >;
    };
    const puts = Object.values(States).filter(({ Resource = '' }) => Resource.endsWith('events:putEvents'));
    expect(puts.length).toBeGreaterThan(0);
    for (const { Parameters } of puts)
      expect(Parameters).toMatchObject({ Entries: [{ Source: 'liap-tui', DetailType: 'game.finished' }] });
    expect(rule).toMatchObject({
      EventPattern: { source: ['liap-tui'], 'detail-type': ['game.finished'] },
      Targets: [{ Arn: { 'Fn::GetAtt': ['ResultsQueue', 'Arn'] } }],
    });
  });

  test('can be sent by that rule alone', () => {
    expect(resources['ResultsQueuePolicy']?.Properties).toMatchObject({
      PolicyDocument: {
        Statement: [
          {
            Action: 'sqs:SendMessage',
            Principal: { Service: 'events.amazonaws.com' },
            Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': ['GameFinishedRule', 'Arn'] } } },
          },
        ],
      },
    });
  });
});
