/** What must not be in a packaged CloudFormation template, as a list of findings in words; none is what the tests ask for. */

export interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly DeletionPolicy?: string;
}
export type Properties = Readonly<Record<string, unknown>>;
export type Resources = Readonly<Record<string, Resource>>;
export interface Template {
  readonly Resources: Resources;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

/** Everything that is wrong with it. */
export function findingsIn({ Resources: all }: Template): readonly string[] {
  return [
    ...wildcards(all),
    ...publicBuckets(all),
    ...unencryptedStores(all),
    ...sharedRoles(all),
    ...openFunctions(all),
    ...unwatchedFunctions(all),
    ...lostFailures(all),
  ];
}

/** The resources of a type, by their names. */
export function ofType(all: Resources, type: string): readonly (readonly [string, Properties])[] {
  return Object.entries(all).flatMap(([name, { Type, Properties = {} }]) =>
    Type === type ? [[name, Properties] as const] : [],
  );
}

/** A value with CloudFormation's functions in it as text: `${Name}` for a reference, `${Name.Attribute}` for an attribute. */
export function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Sub': template, 'Fn::Join': join } = value as Properties;
  if (typeof Ref === 'string') return `\${${Ref}}`;
  if (Array.isArray(attribute)) return `\${${attribute.join('.')}}`;
  if (Array.isArray(template)) return String(template[0]);
  if (typeof template === 'string') return template;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(textOf).join(String(join[0]));
  return JSON.stringify(value);
}

// ---- Who may do what ----

export interface Statement {
  readonly Effect: string;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
}

/** Actions without a resource type in the Service Authorization Reference; infra/roles.cjs says why each is needed. */
const NO_RESOURCE_TYPE = new Set([
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'cloudwatch:GetMetricStatistics',
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
]);

/** What has no names until it is there: log streams, connections, executions, objects of a bucket. All of something that is named. */
const UNNAMED = [
  /^arn:[^*]+:log-group:\/aws\/lambda\/[^*:]+:\*$/,
  /^arn:[^*]+:\$\{WebsocketsApi\}\/[^*/]+\/\*\/@connections\/\*$/,
  /^arn:[^*]+:execution:[^*:]+:\*$/,
  /^\$\{\w+Bucket\.Arn\}\/\*$/,
  // Alarms are listed, whichever they are; who may list them sees no more than their states.
  /^arn:[^*]+:cloudwatch:[^*]+:alarm:\*$/,
];

function wildcards(all: Resources): readonly string[] {
  return policiesIn(all).flatMap(([name, statements]) =>
    statements.filter(({ Effect }) => Effect === 'Allow').flatMap((statement) => wideIn(name, statement)),
  );
}

function wideIn(name: string, { Action, NotAction, Resource, NotResource, Principal }: Statement): string[] {
  const actions = list(Action).map(String);
  const everybody = list(Principal).some((each) => each === '*' || textOf(each).includes('"*"'));
  const findings = actions
    .filter((action) => action.includes('*'))
    .map((action) => `${name} allows ${action}`);
  if (NotAction !== undefined) findings.push(`${name} allows all actions but some`);
  if (NotResource !== undefined) findings.push(`${name} allows all resources but some`);
  if (everybody) findings.push(`${name} allows everybody`);
  for (const resource of list(Resource).map(textOf)) {
    if (!resource.includes('*')) continue;
    const needed = resource === '*' && actions.every((action) => NO_RESOURCE_TYPE.has(action));
    if (needed || UNNAMED.some((pattern) => pattern.test(resource))) continue;
    findings.push(`${name} allows ${actions.join(', ')} on ${resource}`);
  }
  return findings;
}

/** Statements of roles, of policies beside them, and of what resources say of themselves. */
export function policiesIn(all: Resources): readonly (readonly [string, readonly Statement[]])[] {
  return Object.entries(all).flatMap(([name, { Type, Properties = {} }]) => {
    const inline = list(Properties['Policies']) as { PolicyDocument?: { Statement: Statement[] } }[];
    const documents = [
      ...(Type.startsWith('AWS::IAM::') ? inline.map(({ PolicyDocument }) => PolicyDocument) : []),
      Properties['PolicyDocument'] as { Statement: Statement[] } | undefined,
    ];
    const statements = documents.flatMap((document) => list(document?.Statement) as Statement[]);
    return statements.length === 0 ? [] : [[name, statements] as const];
  });
}

function sharedRoles(all: Resources): readonly string[] {
  const users = new Map<string, string[]>();
  for (const [name, { Role }] of ofType(all, 'AWS::Lambda::Function'))
    users.set(textOf(Role), [...(users.get(textOf(Role)) ?? []), name]);
  const shared = [...users].filter(([, names]) => names.length > 1);
  const managed = ofType(all, 'AWS::IAM::Role').filter(
    ([, role]) => list(role['ManagedPolicyArns']).length > 0,
  );
  return [
    ...shared.map(([role, names]) => `${names.join(' and ')} share ${role}`),
    ...managed.map(([name]) => `${name} has policies that are not written here`),
  ];
}

/** Functions that a service may call on behalf of anybody, in whatever account. */
function openFunctions(all: Resources): readonly string[] {
  return ofType(all, 'AWS::Lambda::Permission').flatMap(([name, { SourceArn, SourceAccount }]) =>
    SourceArn === undefined && SourceAccount === undefined ? [`${name} does not say who may call`] : [],
  );
}

// ---- Stores ----

const BLOCKS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

function publicBuckets(all: Resources): readonly string[] {
  return ofType(all, 'AWS::S3::Bucket').flatMap(([name, bucket]) => {
    const blocks = (bucket['PublicAccessBlockConfiguration'] ?? {}) as Properties;
    const isClosed = BLOCKS.every((block) => blocks[block] === true);
    const isSite =
      bucket['WebsiteConfiguration'] !== undefined || /^Public/.test(String(bucket['AccessControl']));
    return isClosed && !isSite ? [] : [`${name} may be public`];
  });
}

/** What makes a store encrypted. A table is, unless it is told not to use its key. */
const ENCRYPTED: Readonly<Record<string, (store: Properties) => boolean>> = {
  'AWS::S3::Bucket': (bucket) => bucket['BucketEncryption'] !== undefined,
  'AWS::SQS::Queue': (queue) => queue['SqsManagedSseEnabled'] === true || Boolean(queue['KmsMasterKeyId']),
  'AWS::SNS::Topic': (topic) => Boolean(topic['KmsMasterKeyId']),
  'AWS::DynamoDB::Table': (table) =>
    (table['SSESpecification'] as { SSEEnabled?: boolean } | undefined)?.SSEEnabled !== false,
};

function unencryptedStores(all: Resources): readonly string[] {
  return Object.entries(ENCRYPTED).flatMap(([type, isEncrypted]) =>
    ofType(all, type).flatMap(([name, store]) => (isEncrypted(store) ? [] : [`${name} is not encrypted`])),
  );
}

// ---- Functions ----

function unwatchedFunctions(all: Resources): readonly string[] {
  return ofType(all, 'AWS::Lambda::Function').flatMap(([name, { FunctionName }]) => {
    const group = ofType(all, 'AWS::Logs::LogGroup').find(
      ([, { LogGroupName }]) => textOf(LogGroupName) === `/aws/lambda/${textOf(FunctionName)}`,
    );
    if (group === undefined) return [`${name} has no log group`];
    const kept = group[1]['RetentionInDays'] === undefined ? [`The log of ${name} is kept for ever`] : [];
    return isAlarmed(all, group[0]) ? kept : [...kept, `${name} has no alarm`];
  });
}

/** Whether a filter of the log counts into a metric that an alarm looks at, one that tells somebody. */
function isAlarmed(all: Resources, logGroup: string): boolean {
  const metrics = ofType(all, 'AWS::Logs::MetricFilter')
    .filter(([, { LogGroupName }]) => [logGroup, `\${${logGroup}}`].includes(textOf(LogGroupName)))
    .flatMap(([, filter]) => list(filter['MetricTransformations']) as Properties[]);
  return ofType(all, 'AWS::CloudWatch::Alarm').some(
    ([, alarm]) =>
      alarm['ActionsEnabled'] !== false &&
      list(alarm['AlarmActions']).length > 0 &&
      metrics.some(
        ({ MetricNamespace, MetricName }) =>
          MetricNamespace === alarm['Namespace'] && MetricName === alarm['MetricName'],
      ),
  );
}

/** Failures that nobody would hear of: of an asynchronous invocation, of a message, of a record of a stream. */
function lostFailures(all: Resources): readonly string[] {
  const caught = new Set(
    ofType(all, 'AWS::Lambda::EventInvokeConfig')
      .filter(([, { DestinationConfig }]) => hasOnFailure(DestinationConfig))
      .map(([, { FunctionName }]) => textOf(FunctionName).replace(/^\$\{(\w+).*$/, '$1')),
  );
  const functions = ofType(all, 'AWS::Lambda::Function').flatMap(([name, { DeadLetterConfig }]) =>
    caught.has(name) || DeadLetterConfig !== undefined ? [] : [`${name} has nowhere to leave a failure`],
  );
  const sources = ofType(all, 'AWS::Lambda::EventSourceMapping').flatMap(([name, source]) => {
    const queue = /^\$\{(\w+)\.Arn\}$/.exec(textOf(source['EventSourceArn']))?.[1] ?? '';
    const isPutAside = all[queue]?.Properties?.['RedrivePolicy'] !== undefined;
    return isPutAside || hasOnFailure(source['DestinationConfig'])
      ? []
      : [`${name} has nowhere to leave a failure`];
  });
  return [...functions, ...sources];
}

function hasOnFailure(destinations: unknown): boolean {
  return (
    (destinations as { OnFailure?: { Destination?: unknown } } | undefined)?.OnFailure?.Destination !==
    undefined
  );
}

/** A value that may be one or several. */
export function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
