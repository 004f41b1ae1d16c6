// What whoever deploys a packaged template calls, by CloudFormation's own lists (tests/fixtures/handlers.json), and which of it the
// deploy role does not need to be allowed.

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import handlers from '../fixtures/handlers.json' with { type: 'json' };
import { ACCOUNT, namesIn, REGION } from './arns.ts';
import type { Names } from './arns.ts';
import { isAction, isAllowed, resourcesOf } from './policies.ts';
import type { Policy, Request } from './policies.ts';
import type { Properties, Template } from './template.ts';

/** The stage that the tests deploy, and its stack. */
export const STAGE = 'prod';
export const STACK = `liap-tui-${STAGE}`;
export const ZONE = 'Z0123456789ABC';
export const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/${STACK}-boundary`;

export interface DeployRole {
  readonly policy: Policy;
  /** What it must put around every role that it makes. */
  readonly boundary: Policy;
}

/** The deploy role of .github/deploy-role.yml for that stage. `change` plants something in the file's text. */
export function deployRole(change: (text: string) => string = (text) => text): DeployRole {
  const template = parse(change(readFileSync('.github/deploy-role.yml', 'utf8'))) as Template;
  const names = namesIn(template, `${STACK}-deploy`, { Stage: STAGE, HostedZoneId: ZONE });
  const { Policies } = template.Resources['DeployRole']?.Properties as {
    Policies: readonly [{ PolicyDocument: unknown }];
  };
  const boundary = template.Resources['Boundary']?.Properties?.['PolicyDocument'];
  return {
    policy: names.filled(Policies[0].PolicyDocument) as Policy,
    boundary: names.filled(boundary) as Policy,
  };
}

/** What handlers ask for that deploying this stack does without: those features are not in it. */
export const NOT_NEEDED: readonly (readonly [RegExp, string])[] = [
  [/^kms:/, 'no key of the account’s own'],
  [/^(ec2|elasticfilesystem|s3files):/, 'no function in a network'],
  [/^lambda:(PassCapacityProvider|PutFunctionScalingConfig)$/, 'no function on machines of the account'],
  [/^lambda:(GetLayerVersion|GetCodeSigningConfig)$/, 'no layers, no signed code'],
  [/^lambda:(Put|Delete)FunctionCodeSigningConfig$/, 'no signed code'],
  [/^lambda:(Put|Delete)ProvisionedConcurrencyConfig$/, 'no instances that are kept ready'],
  [/^(kinesis|firehose|s3tables):/, 'no streams'],
  [
    /^dynamodb:(?!Describe)\w+(KinesisStreamingDestination|TableReplica|ContributorInsights)$/,
    'one table, in one region',
  ],
  [/^dynamodb:(Put|Delete)ResourcePolicy$/, 'the table has no policy of its own'],
  [/^dynamodb:(DescribeImport|ImportTable)$/, 'nothing is imported from a bucket'],
  [
    /^dynamodb:(BatchWriteItem|(Get|Put|Update|Delete)Item|Query|Scan)$/,
    'nor copied; players’ data is not read',
  ],
  [/^iam:CreateServiceLinkedRole$/, 'for streams and replicas of a table only'],
  [/^logs:(CreateLogStream|PutLogEvents|DescribeLogStreams)$/, 'for the log of an import only'],
  [/^iam:(Attach|Detach)RolePolicy$/, 'no role has a policy that is not written in the template'],
  [/^iam:DeleteRolePermissionsBoundary$/, 'never'],
  [/^events:(Put|Remove)Permission$/, 'the bus has no policy'],
  [/^cloudfront:\w+(ConnectionGroup|VpcOrigin|WithStagingConfig)$/, 'one distribution, public origins'],
  [/^codedeploy:RegisterOnPremisesInstance$/, 'functions, no machines'],
  [
    /^logs:(?!Get|Describe)\w+(DataProtectionPolicy|IndexPolicy|KmsKey|GroupDeletionProtection|Authentication)$/,
    'plain logs',
  ],
  [/^logs:DeleteResourcePolicy$/, 'the account’s policies stay'],
  [/^sns:PutDataProtectionPolicy$/, 'nothing about players is told'],
  [
    /^s3:\w*(Metadata\w*Table|Accelerate|Analytics|Inventory|IntelligentTiering|Metrics)\w*$/,
    'plain buckets',
  ],
  [
    /^s3:(Put|Delete)\w*(Abac|Acl|CORS|Logging|Notification|ObjectLock|Replication|Lifecycle|Versioning|Website)/,
    'plain buckets',
  ],
];

/** What a deployment calls besides: the command line tools, the workflow, and what services ask for that no list of handlers has. */
export const BESIDES: readonly (readonly [action: string, resource: string, why: string])[] = [
  ...['CreateChangeSet', 'CreateStack', 'DeleteChangeSet', 'DeleteStack', 'DescribeChangeSet'].map(
    (name) => [`cloudformation:${name}`, stackArn(), 'sls deploy and sls remove'] as const,
  ),
  ...['DescribeStackEvents', 'DescribeStackResource', 'DescribeStackResources', 'DescribeStacks'].map(
    (name) => [`cloudformation:${name}`, stackArn(), 'sls deploy, the workflow'] as const,
  ),
  ...['ExecuteChangeSet', 'GetTemplate', 'ListStackResources', 'UpdateStack'].map(
    (name) => [`cloudformation:${name}`, stackArn(), 'sls deploy'] as const,
  ),
  ['cloudformation:TagResource', stackArn(), 'sls deploy gives the stack the tag STAGE'],
  ['cloudformation:UntagResource', stackArn(), 'and takes away what is none any more'],
  ['cloudformation:ValidateTemplate', '*', 'sls deploy'],
  ['s3:GetBucketLocation', bucketArn(''), 'sls deploy'],
  ['s3:ListBucket', bucketArn(''), 'sls deploy looks what is there already'],
  ['s3:PutObject', bucketArn('/code.zip'), 'sls deploy uploads'],
  ['s3:GetObject', bucketArn('/code.zip'), 'CloudFormation reads what was uploaded'],
  ['s3:DeleteObject', bucketArn('/code.zip'), 'sls deploy deletes old code, sls remove all of it'],
  ['logs:DescribeSubscriptionFilters', logArn(), 'sls deploy looks whether code has changed'],
  ...['CreateLogDelivery', 'DeleteLogDelivery', 'GetLogDelivery', 'UpdateLogDelivery'].map(
    (name) => [`logs:${name}`, '*', 'the access log of the HTTP API'] as const,
  ),
  ['logs:ListLogDeliveries', '*', 'the access log of the HTTP API'],
  // The registry has no handlers of `AWS::Budgets::Budget`, so the actions are those that AWS authorizes budgets by.
  ...['ModifyBudget', 'ViewBudget'].map(
    (name) => [`budgets:${name}`, `arn:aws:budgets::${ACCOUNT}:budget/made-up`, 'monthlyBudget'] as const,
  ),
  [
    'iam:CreateServiceLinkedRole',
    `arn:aws:iam::${ACCOUNT}:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway`,
    'API Gateway makes it with the first API of an account',
  ],
  [
    'cloudfront:TestFunction',
    `arn:aws:cloudfront::${ACCOUNT}:function/${STACK}-${REGION}-entry`,
    'the workflow',
  ],
  // infra/preflight.cjs.
  ['lambda:GetAccountSettings', '*', 'before a deployment: is there enough concurrency'],
  [
    'lambda:GetFunctionConcurrency',
    `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${STACK}-http`,
    'before a deployment: how much of it is ours',
  ],
  ['logs:DescribeLogGroups', '*', 'before a deployment: what is left of an earlier one'],
  [
    'sqs:GetQueueUrl',
    `arn:aws:sqs:${REGION}:${ACCOUNT}:${STACK}-ticks`,
    'before a deployment: what is left of an earlier one',
  ],
  ['ssm:DescribeParameters', '*', 'before a deployment: what is left of an earlier one'],
  ...['DescribeTable', 'UpdateTable'].map(
    (name) =>
      [
        `dynamodb:${name}`,
        `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${STACK}`,
        'before a deployment and after it: the table is looked for, then protected',
      ] as const,
  ),
];

function stackArn(): string {
  return `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${STACK}/5a0b`;
}
function bucketArn(key: string): string {
  return `arn:aws:s3:::${STACK}-serverlessdeploymentbucket-ab12cd34ef56${key}`;
}
function logArn(): string {
  return `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/lambda/${STACK}-message`;
}

const STEPS = ['create', 'read', 'update', 'delete'] as const;
type Steps = Readonly<Partial<Record<(typeof STEPS)[number], readonly string[]>>>;
const LISTS = new Map<string, Steps>(Object.entries(handlers.types));

export interface Need extends Request {
  readonly why: string;
}

/** Every call that some template's resources need in their lives. Throws for what it cannot say. */
export async function needsOf(template: Template, stack = STACK): Promise<readonly Need[]> {
  const names = namesIn(template, stack);
  const needs = new Map<string, Need>();
  for (const [id, resource] of Object.entries(template.Resources)) {
    for (const [step, action] of askedBy(resource.Type)) {
      if (NOT_NEEDED.some(([pattern]) => pattern.test(action)) || !(await isAction(action))) continue;
      for (const request of await requestsFor(template, names, id, action))
        needs.set(JSON.stringify(request), { ...request, why: `${resource.Type} ${id}: ${step}` });
    }
  }
  return [...needs.values()];
}

function askedBy(type: string): readonly (readonly [step: string, action: string])[] {
  // Invoked with the rights of whoever deploys.
  if (type.startsWith('Custom::')) return [['create', 'lambda:InvokeFunction']];
  const list = LISTS.get(type);
  if (list === undefined)
    throw new Error(`tests/fixtures/handlers.json has no ${type}; tests/fixtures/handlers.py makes it`);
  return STEPS.flatMap((step) => (list[step] ?? []).map((action) => [step, action] as const));
}

const ON_ROLES = /^iam:(CreateRole|PutRolePolicy|PutRolePermissionsBoundary)$/;

/** The ARNs on which an action is checked when a resource is deployed. */
async function requestsFor(
  template: Template,
  names: Names,
  id: string,
  action: string,
): Promise<readonly Request[]> {
  const { Type = '', Properties = {} } = template.Resources[id] ?? {};
  if (action === 'iam:PassRole') return passed(names, Type, Properties);
  const patterns = await resourcesOf(action);
  if (patterns.length === 0) return [{ action, resource: '*' }];
  const own = Type.startsWith('Custom::')
    ? [names.textOf(Properties['ServiceToken'])]
    : [...names.arnsOf(id), ...relatedTo(template, names, Type, Properties)];
  // Of API Gateway AWS lists the paths of REST APIs only.
  const isPath = action.startsWith('apigateway:');
  // What ends in `*` is not the name of anything.
  const found = own
    .filter((arn) => !arn.endsWith('*'))
    .filter((arn) => isPath || patterns.some((pattern) => pattern.test(arn)));
  if (found.length === 0 && !CONDITIONAL.test(`${Type} ${action}`))
    throw new Error(`${action} is asked for by ${Type}, but none of ${own.join(', ')} fits`);
  const context = ON_ROLES.test(action) ? { context: { 'iam:PermissionsBoundary': BOUNDARY } } : {};
  return found.map((resource) => ({ action, resource, ...context }));
}

/** Nothing of ours has that: objects in a bucket where the template gives them in place, imports, topics that log their deliveries. */
const CONDITIONAL =
  /^AWS::(ApiGatewayV2::Api|CloudFront::KeyValueStore|StepFunctions::StateMachine|DynamoDB::Table) (s3|logs):|^AWS::SNS::Topic iam:GetRole$/;

/** What else its handlers look at. */
function relatedTo(
  template: Template,
  names: Names,
  type: string,
  properties: Properties,
): readonly string[] {
  const all = (other: string) =>
    Object.entries(template.Resources).flatMap(([id, { Type }]) => (Type === other ? names.arnsOf(id) : []));
  switch (type) {
    case 'AWS::Lambda::Function': {
      const { S3Bucket, S3Key } = properties['Code'] as Properties;
      return [`arn:aws:s3:::${names.textOf(S3Bucket)}/${names.textOf(S3Key)}`];
    }
    // A canary deployment moves it.
    case 'AWS::Lambda::Alias':
      return all('AWS::CodeDeploy::DeploymentGroup');
    default:
      return [];
  }
}

const PASSED_TO: Readonly<Record<string, readonly [property: string, service: string]>> = {
  'AWS::CodeDeploy::DeploymentGroup': ['ServiceRoleArn', 'codedeploy.amazonaws.com'],
  'AWS::Lambda::Function': ['Role', 'lambda.amazonaws.com'],
  'AWS::StepFunctions::StateMachine': ['RoleArn', 'states.amazonaws.com'],
};

function passed(names: Names, type: string, properties: Properties): readonly Request[] {
  const [property, service] = PASSED_TO[type] ?? [];
  if (property === undefined || service === undefined) {
    if (/"RoleArn"|"\w*CredentialsArn"/.test(JSON.stringify(properties)))
      throw new Error(`A ${type} is given a role: tests/support/deployment.ts must know for which service`);
    return [];
  }
  const resource = names.textOf(properties[property]);
  return [{ action: 'iam:PassRole', resource, context: { 'iam:PassedToService': service } }];
}

/** What of all this a deploy role may not do. */
export function denied({ policy }: DeployRole, requests: readonly Need[]): readonly string[] {
  return requests
    .filter((request) => !isAllowed([policy], request))
    .map(({ action, resource, why }) => `${action} on ${resource} (${why})`);
}

/** What of all this it may do. */
export function allowed({ policy }: DeployRole, requests: readonly Request[]): readonly string[] {
  return requests
    .filter((request) => isAllowed([policy], request))
    .map(({ action, resource }) => `${action} on ${resource}`);
}

/** Every permission that some handler of these templates asks for and that is not needed. */
export function unneededOf(templates: readonly Template[]): readonly string[] {
  const types = new Set(
    templates.flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type)),
  );
  const asked = [...types].flatMap((type) => askedBy(type).map(([, action]) => action));
  return [...new Set(asked)].filter((action) => NOT_NEEDED.some(([pattern]) => pattern.test(action)));
}
