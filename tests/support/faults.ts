/** Faults to plant in a copy of a template, each with what has to be found then. */
import type { Template } from './template.ts';

/** A template that may be changed. */
interface Pliable {
  Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}
type Plant = (resources: Pliable['Resources']) => void;

interface Policy {
  PolicyDocument: { Statement: Record<string, unknown>[] };
}

/** A copy with one fault. */
export function withFault(template: Template, plant: Plant): Template {
  const copy = structuredClone(template) as unknown as Pliable & Template;
  plant(copy.Resources);
  return copy;
}

const of = (resources: Pliable['Resources'], name: string): Record<string, unknown> => {
  const resource = resources[name];
  if (resource === undefined) throw new Error(`There is no ${name} to plant a fault in`);
  return resource.Properties;
};
const allow = (resources: Pliable['Resources'], role: string, statement: Record<string, unknown>): void => {
  const [policy] = of(resources, role)['Policies'] as Policy[];
  policy?.PolicyDocument.Statement.push({ Effect: 'Allow', ...statement });
};
const without =
  (name: string, property: string): Plant =>
  (resources) => {
    if (!(property in of(resources, name))) throw new Error(`${name} has no ${property}`);
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- what is missing is the fault
    delete of(resources, name)[property];
  };
const gone =
  (name: string): Plant =>
  (resources) => {
    of(resources, name);
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- what is missing is the fault
    delete resources[name];
  };
const set =
  (name: string, property: string, value: unknown): Plant =>
  (resources) => {
    of(resources, name)[property] = value;
  };

export const FAULTS: readonly (readonly [what: string, plant: Plant, found: RegExp])[] = [
  [
    'all actions on the table',
    (all) =>
      allow(all, 'MessageRole', { Action: 'dynamodb:*', Resource: { 'Fn::GetAtt': ['GameTable', 'Arn'] } }),
    /^MessageRole allows dynamodb:\*$/,
  ],
  [
    'an action on everything',
    (all) => allow(all, 'TickRole', { Action: ['sqs:SendMessage'], Resource: '*' }),
    /^TickRole allows sqs:SendMessage on \*$/,
  ],
  [
    'an action on everything beside one that has no resource type',
    (all) =>
      allow(all, 'AlarmRole', { Action: ['cloudwatch:GetMetricStatistics', 'sns:Publish'], Resource: ['*'] }),
    /^AlarmRole allows .*sns:Publish on \*$/,
  ],
  [
    'the logs of every function',
    (all) =>
      allow(all, 'HttpRole', {
        Action: 'logs:PutLogEvents',
        Resource: {
          'Fn::Sub': 'arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/liap-tui-*:*',
        },
      }),
    /^HttpRole allows logs:PutLogEvents on arn/,
  ],
  [
    'the sockets of every API',
    (all) =>
      allow(all, 'BroadcasterRole', {
        Action: 'execute-api:ManageConnections',
        Resource: {
          'Fn::Join': ['', ['arn:aws:execute-api:*:', { Ref: 'AWS::AccountId' }, ':*/@connections/*']],
        },
      }),
    /^BroadcasterRole allows execute-api:ManageConnections/,
  ],
  [
    'all but one action',
    (all) => allow(all, 'PhaseRole', { NotAction: 'iam:PassRole', Resource: { Ref: 'GameStateMachine' } }),
    /^PhaseRole allows all actions but some$/,
  ],
  [
    'all but one resource',
    (all) => allow(all, 'PhaseRole', { Action: 'sqs:SendMessage', NotResource: { Ref: 'TickQueue' } }),
    /^PhaseRole allows all resources but some$/,
  ],
  [
    'a policy beside its role',
    (all) => {
      const Statement = [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }];
      all['Extra'] = { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument: { Statement } } };
    },
    /^Extra allows s3:\*$/,
  ],
  [
    'a policy of AWS',
    set('ConnectRole', 'ManagedPolicyArns', ['arn:aws:iam::aws:policy/AdministratorAccess']),
    /^ConnectRole has policies that are not written here$/,
  ],
  [
    'a role for two functions',
    (all) => {
      of(all, 'TickLambdaFunction')['Role'] = of(all, 'PhaseLambdaFunction')['Role'];
    },
    /^PhaseLambdaFunction and TickLambdaFunction share |^TickLambdaFunction and PhaseLambdaFunction share /,
  ],
  [
    'a function that any API may call',
    without('ConnectLambdaPermissionWebsockets', 'SourceArn'),
    /^ConnectLambdaPermissionWebsockets does not say who may call$/,
  ],
  [
    'a bucket that everybody reads',
    (all) => {
      const { PolicyDocument } = of(all, 'PagesBucketPolicy') as unknown as Policy;
      PolicyDocument.Statement.push({
        Effect: 'Allow',
        Action: 's3:GetObject',
        Principal: '*',
        Resource: 'pages',
      });
    },
    /^PagesBucketPolicy allows everybody$/,
  ],
  [
    'a bucket that every account reads',
    (all) => {
      const { PolicyDocument } = of(all, 'PagesBucketPolicy') as unknown as Policy;
      const Principal = { AWS: '*' };
      PolicyDocument.Statement.push({
        Effect: 'Allow',
        Action: 's3:GetObject',
        Principal,
        Resource: 'pages',
      });
    },
    /^PagesBucketPolicy allows everybody$/,
  ],
  [
    'a bucket that may be opened',
    (all) => {
      (of(all, 'PagesBucket')['PublicAccessBlockConfiguration'] as Record<string, unknown>)[
        'BlockPublicPolicy'
      ] = false;
    },
    /^PagesBucket may be public$/,
  ],
  ['a bucket that is a site', set('PagesBucket', 'WebsiteConfiguration', {}), /^PagesBucket may be public$/],
  ['a bucket in the clear', without('PagesBucket', 'BucketEncryption'), /^PagesBucket is not encrypted$/],
  ['a queue in the clear', without('TickQueue', 'SqsManagedSseEnabled'), /^TickQueue is not encrypted$/],
  ['a topic in the clear', without('AlarmTopic', 'KmsMasterKeyId'), /^AlarmTopic is not encrypted$/],
  [
    'a table in the clear',
    set('GameTable', 'SSESpecification', { SSEEnabled: false }),
    /^GameTable is not encrypted$/,
  ],
  ['a function without a log', gone('HttpLogGroup'), /^HttpLambdaFunction has no log group$/],
  [
    'a log that is kept for ever',
    without('HttpLogGroup', 'RetentionInDays'),
    /^The log of HttpLambdaFunction is kept for ever$/,
  ],
  ['a log that nobody counts errors in', gone('MessageErrors'), /^MessageLambdaFunction has no alarm$/],
  ['no alarm for errors', gone('ErrorsAlarm'), /^MessageLambdaFunction has no alarm$/],
  ['an alarm that tells nobody', without('ErrorsAlarm', 'AlarmActions'), /^TickLambdaFunction has no alarm$/],
  ['an alarm that is off', set('ErrorsAlarm', 'ActionsEnabled', false), /^TickLambdaFunction has no alarm$/],
  [
    'a function whose failures are lost',
    gone('BroadcasterLambdaEvConf'),
    /^BroadcasterLambdaFunction has nowhere to leave a failure$/,
  ],
  [
    'a queue whose failures are lost',
    without('TickQueue', 'RedrivePolicy'),
    /^TickEventSourceMapping\w+ has nowhere to leave a failure$/,
  ],
];
