import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { bundle, FUNCTIONS } from '../../scripts/bench/bundle/bundling.ts';
import { dollarsOf, idleMonth, standingOfTemplate } from '../../scripts/cost/monthly.ts';
import { DAILY_COST, GAMES_ABORTED } from '../../src/app/alarm.ts';
import { parseSettings } from '../../src/app/settings.ts';
import { FAULTS, withFault } from '../support/faults.ts';
import { loopFindings } from '../support/loops.ts';
import { packageStage } from '../support/packaging.ts';
import { findingsIn, ofType, textOf } from '../support/template.ts';
import type { Properties, Template } from '../support/template.ts';

jest.setTimeout(240_000);

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'liap-package-'));
/** The templates of a stage that comes and goes, and of the one that stays. */
const STAGES = ['dev', 'prod'] as const;
/** A stage with a long name in the region with the longest, and a bound on the API. */
const BOUNDED = 'bounded';
const FARTHEST = 'ap-southeast-1';
type Stage = (typeof STAGES)[number] | typeof BOUNDED;
const templates = new Map<string, Template>();
const WEB_ACL = 'arn:aws:wafv2:us-east-1:000000000000:global/webacl/players/5a0b';
/** With a web ACL and access logs. */
let guarded: Template;

beforeAll(async () => {
  for (const stage of STAGES) templates.set(stage, await packageStage(stage, join(folder, stage)));
  const bound = { apiConcurrency: '20' };
  templates.set(BOUNDED, await packageStage(BOUNDED, join(folder, BOUNDED), bound, FARTHEST));
  guarded = await packageStage('dev', join(folder, 'guarded'), {
    webAcl: WEB_ACL,
    entryLogs: 'true',
    socketLogs: 'true',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function packaged(stage: Stage): Template {
  const template = templates.get(stage);
  if (template === undefined) throw new Error(`${stage} was not packaged`);
  return template;
}
const inDev = (type: string) => ofType(packaged('dev').Resources, type);

test('Packaging makes all functions, each with everything it needs in one small file', () => {
  const names = inDev('AWS::Lambda::Function').map(([, { FunctionName }]) => FunctionName);
  expect(names.sort()).toEqual(FUNCTIONS.map((name) => `liap-tui-dev-${name}`).sort());
  for (const name of FUNCTIONS)
    expect(statSync(join(folder, 'dev', `${name}.zip`)).size).toBeLessThan(1024 * 1024);
});

test('What is packaged is what npm run bench:bundle measures', async () => {
  for (const name of FUNCTIONS) {
    const { size } = await bundle(name);
    expect([name, sizesIn(join(folder, 'dev', `${name}.zip`))]).toEqual([name, [size]]);
  }
});

/** The sizes of a zip's files, unpacked, by the entries of its directory (APPNOTE 4.3.12). */
function sizesIn(zip: string): readonly number[] {
  const bytes = readFileSync(zip);
  const sizes: number[] = [];
  for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4))
    sizes.push(bytes.readUInt32LE(at + 24));
  return sizes;
}

test('The functions get the default settings of the game', () => {
  for (const [, { Environment }] of inDev('AWS::Lambda::Function')) {
    const { Variables } = Environment as { Variables: Record<string, string> };
    expect(JSON.parse(Variables['GAME_SETTINGS'] ?? '')).toEqual(parseSettings('{}'));
  }
});

describe('the state machine', () => {
  const definition = readFileSync(join(root, 'statemachines/game.asl.json'), 'utf8');
  const holes = [...new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name ?? ''))];

  test.each(STAGES)(
    'is the one of the repository, and every hole in it is filled by what there is: %s',
    (stage) => {
      const { Resources } = packaged(stage);
      const [machine] = ofType(Resources, 'AWS::StepFunctions::StateMachine');
      const [, { DefinitionString, DefinitionSubstitutions }] = machine ?? ['', {}];
      expect(JSON.parse(String(DefinitionString))).toEqual(JSON.parse(definition));
      const fillings = DefinitionSubstitutions as Record<string, unknown>;
      expect(holes.length).toBeGreaterThan(0);
      expect(Object.keys(fillings).sort()).toEqual(holes.sort());
      for (const filling of Object.values(fillings)) {
        const text = textOf(filling);
        const [, target] = /^\$\{(\w+)(?:\.\w+)?\}$/.exec(text) ?? [];
        if (target === undefined) expect(text).toMatch(/^[\w-]+$/);
        else expect(Object.keys(Resources)).toContain(target);
      }
    },
  );
});

describe('the template', () => {
  test.each(STAGES)('has nothing that must not be in it: %s', (stage) => {
    expect(findingsIn(packaged(stage))).toEqual([]);
  });

  test.each(FAULTS)('would not pass with %s', (_what, plant, found) => {
    for (const stage of STAGES)
      expect(findingsIn(withFault(packaged(stage), plant))).toContainEqual(expect.stringMatching(found));
  });

  test.each(STAGES)(
    'lets those functions run in a loop that lead to themselves, and no others: %s',
    (stage) => {
      const template = packaged(stage);
      expect(loopFindings(template.Resources)).toEqual([]);
      const forgetful = withFault(template, (all) => {
        for (const { Type, Properties } of Object.values(all))
          if (Type === 'AWS::Lambda::Function') delete Properties['RecursiveLoop'];
      });
      expect(loopFindings(forgetful.Resources)).toContain(
        'TickLambdaFunction leads to itself and may be stopped',
      );
      const generous = withFault(template, (all) => {
        for (const { Type, Properties } of Object.values(all))
          if (Type === 'AWS::Lambda::Function') Properties['RecursiveLoop'] = 'Allow';
      });
      expect(loopFindings(generous.Resources)).toContain(
        'ResultsLambdaFunction leads to itself nowhere, yet may loop',
      );
    },
  );

  test('keeps logs as long as the stage says, those of services as well', () => {
    const groups = inDev('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(FUNCTIONS.length);
    for (const [, { RetentionInDays }] of groups) expect(RetentionInDays).toBe(14);
  });

  test('leaves nothing behind in dev; in prod the table, which is backed up, and the secrets that its players have', () => {
    const kept = (stage: (typeof STAGES)[number]) =>
      Object.entries(packaged(stage).Resources).flatMap(([name, { Type, DeletionPolicy }]) =>
        // Versions stay while their function does.
        DeletionPolicy?.startsWith('Retain') === true && Type !== 'AWS::Lambda::Version' ? [name] : [],
      );
    expect(kept('dev')).toEqual([]);
    expect(kept('prod').sort()).toEqual(['GameTable', 'Secrets']);
    const [[, table] = ['', {} as Properties]] = ofType(packaged('prod').Resources, 'AWS::DynamoDB::Table');
    // Protected from deletion by the plugin, once the stack stands.
    expect(table).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { Enabled: true },
    });
  });

  test('has nothing that a first deployment which fails could not take away again', () => {
    for (const [name, resource] of Object.entries(packaged('prod').Resources)) {
      const { Type, DeletionPolicy, Properties = {} } = resource;
      if (Type === 'AWS::Lambda::Version') continue;
      expect([name, DeletionPolicy]).not.toEqual([name, 'Retain']);
      for (const property of [
        'DeletionProtectionEnabled',
        'DeletionProtection',
        'EnableTerminationProtection',
      ])
        expect([name, Properties[property] ?? false]).toEqual([name, false]);
    }
  });

  test('bounds no function unless a bound is asked for, and then every function of the HTTP API alike', () => {
    const bounds = (template: Template) =>
      Object.fromEntries(
        ofType(template.Resources, 'AWS::Lambda::Function').flatMap(([name, each]) =>
          'ReservedConcurrentExecutions' in each ? [[name, each['ReservedConcurrentExecutions']]] : [],
        ),
      );
    for (const stage of STAGES) expect(bounds(packaged(stage))).toEqual({});
    const { Resources } = packaged('bounded');
    const ofApi = ofType(Resources, 'AWS::ApiGatewayV2::Integration').flatMap(([, integration]) => {
      const isHttp = textOf(integration['ApiId']) === '${HttpApi}';
      const [, name = ''] = /\$\{(\w+)\.Arn\}/.exec(textOf(integration['IntegrationUri'])) ?? [];
      return isHttp ? [name] : [];
    });
    expect(ofApi.length).toBeGreaterThan(1);
    expect(bounds(packaged('bounded'))).toEqual(Object.fromEntries(ofApi.map((name) => [name, 20])));
  });

  test('names what an account has only one of in all regions after the region, within 64 characters', () => {
    /** Types whose names are an account's, and where the name is. */
    const worldwide: Readonly<Record<string, (properties: Properties) => unknown>> = {
      'AWS::CloudFront::CachePolicy': (each) => inside(each, 'CachePolicyConfig', 'Name'),
      'AWS::CloudFront::Function': ({ Name }) => Name,
      'AWS::CloudFront::KeyValueStore': ({ Name }) => Name,
      'AWS::CloudFront::OriginAccessControl': (each) => inside(each, 'OriginAccessControlConfig', 'Name'),
      'AWS::CloudFront::OriginRequestPolicy': (each) => inside(each, 'OriginRequestPolicyConfig', 'Name'),
      'AWS::CloudFront::ResponseHeadersPolicy': (each) => inside(each, 'ResponseHeadersPolicyConfig', 'Name'),
      'AWS::CloudWatch::Dashboard': ({ DashboardName }) => DashboardName,
      'AWS::Budgets::Budget': ({ Budget }) => (Budget as Properties)['BudgetName'],
      // These may also be left to CloudFormation, which then gives a name that nobody else has.
      'AWS::IAM::Role': ({ RoleName }) => RoleName,
      'AWS::IAM::ManagedPolicy': ({ ManagedPolicyName }) => ManagedPolicyName,
      'AWS::S3::Bucket': ({ BucketName }) => BucketName,
    };
    const inside = (each: Properties, config: string, name: string) => (each[config] as Properties)[name];
    for (const stage of [...STAGES, 'bounded'] as const) {
      const region = stage === 'bounded' ? FARTHEST : 'us-east-1';
      const names = Object.entries(packaged(stage).Resources).flatMap(
        ([resource, { Type, Properties: each = {} }]) => {
          const name = worldwide[Type]?.(each);
          return name === undefined
            ? []
            : [{ resource, Type, name: textOf(name).replace('${AWS::Region}', region) }];
        },
      );
      expect(new Set(names.map(({ Type }) => Type)).size).toBeGreaterThanOrEqual(6);
      for (const { resource, name } of names) {
        expect([resource, name]).toEqual([resource, expect.stringContaining(region)]);
        expect(name.length).toBeLessThanOrEqual(64);
      }
    }
  });

  test('moves frames to a new version of their function step by step in prod, with alarms as brakes; in dev at once', () => {
    expect(inDev('AWS::Lambda::Alias')).toEqual([]);
    const { Resources } = packaged('prod');
    const [version] = ofType(Resources, 'AWS::Lambda::Version').map(([name]) => name);
    expect(textOf(Resources['MessageAlias']?.Properties?.['FunctionVersion'])).toBe(`\${${version}.Version}`);
    expect(textOf(Resources['MessageWebsocketsIntegration']?.Properties?.['IntegrationUri'])).toContain(
      'functions/${MessageAlias}/invocations',
    );
    const allowed = ofType(Resources, 'AWS::Lambda::Permission').map(([, { FunctionName }]) =>
      textOf(FunctionName),
    );
    expect(allowed).toContain('${MessageAlias}');
    const [, group] = ofType(Resources, 'AWS::CodeDeploy::DeploymentGroup')[0] ?? ['', {}];
    const { Enabled, Alarms } = group['AlarmConfiguration'] as {
      Enabled: boolean;
      Alarms: { Name: unknown }[];
    };
    expect(Enabled).toBe(true);
    const names = Alarms.map(({ Name }) => textOf(Name).slice(2, -1));
    expect(names.map((name) => Resources[name]?.Type)).toEqual(names.map(() => 'AWS::CloudWatch::Alarm'));
    expect(names).toEqual(['ErrorsAlarm', 'SlowMovesAlarm']);
    const [, role] = ofType(Resources, 'AWS::IAM::Role').find(([name]) => name === 'CanaryRole') ?? ['', {}];
    // CodeDeploy asks for the list of alarms, whichever they are.
    expect(JSON.stringify(role)).toContain(
      '"Action":["cloudwatch:DescribeAlarms"],"Resource":[{"Fn::Sub":"arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"}]',
    );
  });

  test('says where players and operators go, and how an operator gets the token', () => {
    const { Outputs } = packaged('dev');
    expect(textOf(Outputs['PlayersAddress']?.Value)).toBe('https://${Distribution.DomainName}');
    expect(textOf(Outputs['OperatorsAddress']?.Value)).toBe('https://${Distribution.DomainName}/admin');
    expect(textOf(Outputs['OperatorsToken']?.Value)).toContain('/liap-tui/dev/admin-token --with-decryption');
  });

  test('lets sockets in from the entry alone', () => {
    const functions = inDev('AWS::Lambda::Function');
    const authorizer = functions.find(([, { FunctionName }]) => FunctionName === 'liap-tui-dev-authorizer');
    const { Variables } = authorizer?.[1]['Environment'] as { Variables: Record<string, unknown> };
    expect(textOf(Variables['ALLOWED_ORIGINS'])).toBe('https://${Distribution.DomainName}');
  });

  test('depends on nothing twice, so that cfn-lint has nothing to say', () => {
    for (const [name, resource] of Object.entries(packaged('prod').Resources)) {
      const said = [(resource as { DependsOn?: string | string[] }).DependsOn ?? []].flat();
      const text = JSON.stringify(resource.Properties ?? {});
      for (const other of said)
        expect([name, text.includes(`"Ref":"${other}"`) || text.includes(`["${other}",`)]).toEqual([
          name,
          false,
        ]);
    }
  });
});

describe('what is watched', () => {
  // What has a name like an alarm's; the other headings are procedures.
  const headings = [...readFileSync(join(root, 'docs/runbook.md'), 'utf8').matchAll(/^## ([a-z-]+)$/gm)].map(
    ([, heading]) => heading,
  );
  const alarmsOf = (stage: (typeof STAGES)[number]) =>
    ofType(packaged(stage).Resources, 'AWS::CloudWatch::Alarm').map(([, { AlarmName }]) =>
      String(AlarmName).replace(`liap-tui-${stage}-`, ''),
    );

  test('has its entry in the runbook, and every entry is of something that prod watches', () => {
    expect([...alarmsOf('prod'), GAMES_ABORTED, DAILY_COST].sort()).toEqual([...headings].sort());
  });

  test('is in dev what costs least: fewer alarms of the same names', () => {
    expect(alarmsOf('dev').length).toBeGreaterThan(0);
    expect(alarmsOf('dev').length).toBeLessThan(alarmsOf('prod').length);
    expect(alarmsOf('prod')).toEqual(expect.arrayContaining(alarmsOf('dev')));
  });

  test('says of each alarm where in the runbook it is, and tells the operators of its beginning and its end', () => {
    for (const stage of STAGES)
      for (const [, alarm] of ofType(packaged(stage).Resources, 'AWS::CloudWatch::Alarm')) {
        const name = String(alarm['AlarmName']).replace(`liap-tui-${stage}-`, '');
        expect(alarm['AlarmDescription']).toMatch(new RegExp(`; docs/runbook.md, ${name}$`));
        for (const actions of [alarm['AlarmActions'], alarm['OKActions']])
          expect((actions as unknown[]).map(textOf)).toEqual(['${AlarmLambdaFunction.Arn}']);
      }
  });

  test('reaches the function that tells operators', () => {
    const rules = inDev('AWS::Events::Rule').filter(([, { Targets }]) =>
      JSON.stringify(Targets).includes('AlarmLambdaFunction'),
    );
    expect(rules.map(([, { Name }]) => Name).sort()).toEqual(
      [DAILY_COST, GAMES_ABORTED].map((name) => `liap-tui-dev-${name}`).sort(),
    );
    const callers = inDev('AWS::Lambda::Permission').filter(([, { FunctionName }]) =>
      textOf(FunctionName).includes('AlarmLambdaFunction'),
    );
    expect(callers.map(([, { Principal }]) => Principal).sort()).toEqual([
      'events.amazonaws.com',
      'events.amazonaws.com',
      'lambda.alarms.cloudwatch.amazonaws.com',
    ]);
  });

  test.each([
    ['dev', 1],
    ['prod', 2.5],
  ] as const)('costs %s less than $%d a month while nobody plays', (stage, most) => {
    const standing = standingOfTemplate(join(folder, stage, 'cloudformation-template-update-stack.json'));
    expect(standing.alarms).toBeGreaterThan(0);
    expect(dollarsOf(idleMonth(standing))).toBeLessThan(most);
  });

  test('is on a dashboard that CloudWatch can read', () => {
    const [[, { DashboardBody }] = ['', {} as Properties]] = inDev('AWS::CloudWatch::Dashboard');
    const { widgets } = JSON.parse(textOf(DashboardBody)) as {
      widgets: { properties: { metrics: unknown[] } }[];
    };
    expect(widgets.length).toBeGreaterThan(8);
    for (const { properties } of widgets) expect(properties.metrics.length).toBeGreaterThan(0);
    const { Resources } = packaged('dev');
    for (const [, target = ''] of textOf(DashboardBody).matchAll(/\$\{(\w+)(?:\.\w+)?\}/g))
      expect(Object.keys(Resources)).toContain(target);
  });
});

describe('what stands before the entry, and what it notes', () => {
  const aclOf = (template: Template) =>
    ofType(template.Resources, 'AWS::CloudFront::Distribution').map(
      ([, { DistributionConfig }]) => (DistributionConfig as Properties)['WebACLId'],
    );
  const socketLogOf = ({ Resources }: Template) =>
    Resources['WebsocketsDeploymentStage']?.Properties?.['AccessLogSettings'];

  test.each(STAGES)('is nothing unless it is asked for: %s', (stage) => {
    const template = packaged(stage);
    expect(aclOf(template)).toEqual([undefined]);
    expect(socketLogOf(template)).toBeUndefined();
    expect(ofType(template.Resources, 'AWS::Logs::Delivery')).toEqual([]);
  });

  test('is a web ACL and two logs, in which no query, cookie or header of a viewer is', () => {
    expect(findingsIn(guarded)).toEqual([]);
    expect(aclOf(guarded)).toEqual([WEB_ACL]);
    const [[, delivery] = ['', {} as Properties]] = ofType(guarded.Resources, 'AWS::Logs::Delivery');
    const fields = delivery['RecordFields'] as string[];
    expect(fields).toContain('cs-uri-stem');
    for (const field of fields) expect(field).not.toMatch(/query|cookie|\(|header|forwarded/i);
    const { Format } = socketLogOf(guarded) as { Format: string };
    expect(Format).toContain('$context.requestId');
    expect(Format).not.toMatch(/query|header|authorizer|cookie|identity/i);
    for (const [name, { RetentionInDays }] of ofType(guarded.Resources, 'AWS::Logs::LogGroup'))
      expect([name, RetentionInDays]).toEqual([name, 14]);
  });
});

test('The functions behind an API refuse what is not signed only once the entry signs', () => {
  for (const name of ['HttpLambdaFunction', 'RankingLambdaFunction'])
    expect(packaged('dev').Resources[name]).toMatchObject({
      DependsOn: expect.arrayContaining(['Distribution']),
    });
  expect(JSON.stringify(packaged('dev').Resources['AuthorizerLambdaFunction'])).toContain('${Distribution.');
});
