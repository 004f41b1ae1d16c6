/** The role that deploys a stage (.github/deploy-role.yml): enough for every resource of the packaged templates, and no way out of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ACCOUNT, REGION } from '../support/arns.ts';
import {
  allowed,
  BESIDES,
  BOUNDARY,
  denied,
  deployRole,
  needsOf,
  NOT_NEEDED,
  STACK,
  STAGE,
  unneededOf,
  ZONE,
} from '../support/deployment.ts';
import type { Need } from '../support/deployment.ts';
import { packageStage } from '../support/packaging.ts';
import { complaintsAbout, isAllowed } from '../support/policies.ts';
import type { Policy, Request, Statement } from '../support/policies.ts';
import type { Template } from '../support/template.ts';

jest.setTimeout(240_000);

/** Everything that a parameter can add. */
const ALL: Readonly<Record<string, string>> = {
  domainName: 'play.example.com',
  certificateArn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/5a0b`,
  hostedZoneId: ZONE,
  apiConcurrency: '100',
  canary: 'true',
  tracing: 'true',
  alarmMail: 'operator@example.com',
  permissionsBoundary: `${STACK}-boundary`,
};
/** What the stage `prod` can be deployed as: with the settings of each stage. */
const VARIANTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'as it is': { permissionsBoundary: `${STACK}-boundary` },
  'without what it has more than dev': { canary: 'false', apiConcurrency: '0', deletion: 'Delete' },
  'with all parameters': ALL,
};

const folder = mkdtempSync(join(tmpdir(), 'liap-deploy-role-'));
const templates: Template[] = [];
let needs: readonly Need[] = [];
const role = deployRole();

beforeAll(async () => {
  for (const [variant, params] of Object.entries(VARIANTS)) {
    const out = join(folder, variant.replaceAll(' ', '-'));
    templates.push(await packageStage(STAGE, out, params));
  }
  needs = (await Promise.all(templates.map((template) => needsOf(template)))).flat();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const listOf = (value: string | readonly string[]): readonly string[] => [value].flat();

describe('the deploy role', () => {
  test('may do all that CloudFormation needs to create, read, update and delete every resource', () => {
    expect(needs.length).toBeGreaterThan(500);
    expect(denied(role, needs)).toEqual([]);
  });

  test.each(BESIDES)('may %s on %s: %s', (action, resource) => {
    expect(isAllowed([role.policy], { action, resource })).toBe(true);
  });

  test('may do nothing else', () => {
    const asked = [...needs.map(({ action }) => action), ...BESIDES.map(([action]) => action)];
    const used = (pattern: string): boolean =>
      asked.some((action) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'i').test(action));
    const actions = role.policy.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) =>
      listOf(Action),
    );
    expect(actions.filter((action) => !used(action))).toEqual([]);
  });

  test('need not do what features ask for that the stack does without, and may not', () => {
    const unneeded = unneededOf(templates);
    for (const [pattern, why] of NOT_NEEDED)
      expect([why, unneeded.some((action) => pattern.test(action))]).toEqual([why, true]);
    // Reads are allowed by `Describe*`, `Get*` and `List*`.
    const writes = unneeded.filter((action) => !/:(Describe|Get|List)/.test(action));
    const resources = needs.map(({ resource }) => resource);
    const others = writes.flatMap((action) =>
      [...new Set(resources)]
        .filter((resource) => isOfService(action, resource))
        .map((resource) => ({ action, resource })),
    );
    expect(others.length).toBeGreaterThan(100);
    expect(allowed(role, others)).toEqual([]);
  });

  test('is well-formed, and short enough to be within a role', () => {
    for (const policy of [role.policy, role.boundary]) expect(complaintsAbout(policy)).toEqual([]);
    // IAM counts without white space: 10,240 characters for the policies in a role, 6,144 for one beside it.
    expect(JSON.stringify(role.policy).length).toBeLessThan(10_240);
    expect(JSON.stringify(role.boundary).length).toBeLessThan(6_144);
  });
});

/** Whether an ARN is of the service of an action. */
function isOfService(action: string, resource: string): boolean {
  return resource.split(':')[2] === action.split(':')[0];
}

describe('another stage', () => {
  /** The same stack, whose name begins as ours does, ends as ours does, or is the beginning of ours. */
  const NEIGHBOURS = [`${STACK}2`, `${STACK}uction`, 'liap-tui-pro', `other-${STACK}`];

  /** What is called by an id in truth; and what may be read of the whole account. */
  const NAMELESS =
    /^arn:aws:(apigateway:|cloudfront::\d+:(cache-policy|distribution|key-value-store|origin-access-control|origin-request-policy|response-headers-policy)\/)/;
  const READ_OF_ALL = /^(cloudfront:List\w+|cloudwatch:DescribeAlarms)$/;

  async function reached(policy: Policy, neighbour: string): Promise<readonly string[]> {
    const [template] = templates;
    const text = JSON.stringify(template)
      .replaceAll(STACK, neighbour)
      .replaceAll(`/${STAGE}`, `/${neighbour}`);
    const theirs = await needsOf(JSON.parse(text) as Template, neighbour);
    const named = theirs.filter(
      ({ action, resource }) =>
        resource.includes(neighbour) && !NAMELESS.test(resource) && !READ_OF_ALL.test(action),
    );
    expect(named.length).toBeGreaterThan(300);
    return allowed({ ...role, policy }, named);
  }

  test.each(NEIGHBOURS)('is out of reach: %s', async (neighbour) => {
    expect(await reached(role.policy, neighbour)).toEqual([]);
  });

  test('would be found within reach of a pattern that ends in no hyphen', async () => {
    const wide = deployRole((text) => text.replaceAll('liap-tui-${Stage}-*', 'liap-tui-${Stage}*'));
    expect((await reached(wide.policy, `${STACK}2`)).length).toBeGreaterThan(100);
  });

  test('is out of reach of every role that the deploy role can make', () => {
    const theirs: readonly Request[] = [
      { action: 'dynamodb:GetItem', resource: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${STACK}2` },
      {
        action: 'lambda:InvokeFunction',
        resource: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${STACK}2-http`,
      },
      {
        action: 'ssm:GetParameter',
        resource: `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/liap-tui/prod2/admin-token`,
      },
      { action: 'sqs:SendMessage', resource: `arn:aws:sqs:${REGION}:${ACCOUNT}:${STACK}2-ticks` },
    ];
    for (const request of theirs) expect(isAllowed([EVERYTHING], request, role.boundary)).toBe(false);
  });
});

const EVERYTHING: Policy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

describe('more rights than it has', () => {
  const self = `arn:aws:iam::${ACCOUNT}:role/${STACK}-deploy`;
  const stageRole = `arn:aws:iam::${ACCOUNT}:role/${STACK}-MessageRole-AB12CD34EF56`;
  const administrator = `arn:aws:iam::aws:policy/AdministratorAccess`;
  const within = { 'iam:PermissionsBoundary': BOUNDARY };
  const ESCALATIONS: readonly (Request & { readonly how: string })[] = [
    { how: 'a policy for itself', action: 'iam:PutRolePolicy', resource: self },
    {
      how: 'a policy for itself, had it the boundary',
      action: 'iam:PutRolePolicy',
      resource: self,
      context: within,
    },
    { how: 'a managed policy for itself', action: 'iam:AttachRolePolicy', resource: self },
    { how: 'trusting others with itself', action: 'iam:UpdateAssumeRolePolicy', resource: self },
    {
      how: 'another boundary for itself',
      action: 'iam:PutRolePermissionsBoundary',
      resource: self,
      context: within,
    },
    {
      how: 'itself as a function',
      action: 'iam:PassRole',
      resource: self,
      context: { 'iam:PassedToService': 'lambda.amazonaws.com' },
    },
    { how: 'a role without a boundary', action: 'iam:CreateRole', resource: stageRole },
    {
      how: 'a role with another boundary',
      action: 'iam:CreateRole',
      resource: stageRole,
      context: { 'iam:PermissionsBoundary': administrator },
    },
    { how: 'a policy for a role without a boundary', action: 'iam:PutRolePolicy', resource: stageRole },
    {
      how: 'a managed policy for a role of the stage',
      action: 'iam:AttachRolePolicy',
      resource: stageRole,
      context: within,
    },
    {
      how: 'a role out of its boundary',
      action: 'iam:DeleteRolePermissionsBoundary',
      resource: stageRole,
      context: within,
    },
    {
      how: 'a role under another boundary',
      action: 'iam:PutRolePermissionsBoundary',
      resource: stageRole,
      context: { 'iam:PermissionsBoundary': administrator },
    },
    { how: 'a wider boundary', action: 'iam:CreatePolicyVersion', resource: BOUNDARY },
    { how: 'an older boundary', action: 'iam:SetDefaultPolicyVersion', resource: BOUNDARY },
    { how: 'no boundary at all', action: 'iam:DeletePolicy', resource: BOUNDARY },
    {
      how: 'a role of the stage for a machine',
      action: 'iam:PassRole',
      resource: stageRole,
      context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
    },
    {
      how: 'somebody else’s role for a function',
      action: 'iam:PassRole',
      resource: `arn:aws:iam::${ACCOUNT}:role/Admin`,
      context: { 'iam:PassedToService': 'lambda.amazonaws.com' },
    },
    { how: 'a user', action: 'iam:CreateUser', resource: `arn:aws:iam::${ACCOUNT}:user/${STACK}-somebody` },
    { how: 'a key', action: 'iam:CreateAccessKey', resource: `arn:aws:iam::${ACCOUNT}:user/somebody` },
    { how: 'another role', action: 'sts:AssumeRole', resource: `arn:aws:iam::${ACCOUNT}:role/Admin` },
    {
      how: 'the stack that it is made by',
      action: 'cloudformation:UpdateStack',
      resource: `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${STACK}-deploy/5a0b`,
    },
  ];
  const escalations = (policy: Policy): readonly string[] =>
    ESCALATIONS.filter((request) => isAllowed([policy], request)).map(({ how }) => how);

  test('are not to be had', () => {
    expect(escalations(role.policy)).toEqual([]);
  });

  test('were to be had from the actions on roles that it once had', () => {
    const once: Statement = {
      Effect: 'Allow',
      Action: 'iam:*Role*',
      Resource: `arn:aws:iam::${ACCOUNT}:role/${STACK}*`,
    };
    const deny = role.policy.Statement.filter(({ Effect }) => Effect === 'Deny');
    expect(escalations({ ...role.policy, Statement: [once] })).toContain('a policy for itself');
    expect(escalations({ ...role.policy, Statement: [once, ...deny] })).toContain(
      'a role without a boundary',
    );
  });

  test('are not to be had from a role that it makes, whatever its policy', () => {
    const others = [
      'iam:CreateRole',
      'iam:PutRolePolicy',
      'iam:PassRole',
      'sts:AssumeRole',
      'iam:UpdateAssumeRolePolicy',
    ];
    for (const action of others)
      for (const resource of [self, stageRole, `arn:aws:iam::${ACCOUNT}:role/Admin`])
        expect([action, resource, isAllowed([EVERYTHING], { action, resource }, role.boundary)]).toEqual([
          action,
          resource,
          false,
        ]);
  });

  test.each([
    ['an action is missing', /^ +- events:CreateEventBus\n/m, 'events:CreateEventBus'],
    [
      'a resource is missing',
      /^ +- Fn::Sub: \S+:event-bus\/liap-tui-\$\{Stage\}\n/m,
      'events:DescribeEventBus',
    ],
    ['roles may not be passed', /^ +- lambda\.amazonaws\.com\n/m, 'iam:PassRole'],
    [
      'the zone’s records are not its own',
      /^ +- route53:ChangeResourceRecordSets\n/m,
      'route53:ChangeResourceRecordSets',
    ],
  ])('are fewer when %s', (_what, line, missed) => {
    expect(
      denied(
        deployRole((text) => text.replace(line, '')),
        needs,
      ),
    ).toContainEqual(expect.stringMatching(missed));
  });
});
