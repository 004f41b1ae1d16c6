/**
 * One role a function and one for the state machine: what each may do, and to what. Everything is named; where AWS knows no
 * resource for an action the statement is in `ANYTHING`, with the reason, and nowhere else (tests/support/template.ts).
 */
const NAME = '${self:service}-${sls:stage}';
const HERE = '${AWS::Region}:${AWS::AccountId}';
const arn = (service, rest) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:${service}:${HERE}:${rest}` });
const arnOf = (resource) => ({ 'Fn::GetAtt': [resource, 'Arn'] });
const may = (Action, ...Resource) => ({ Effect: 'Allow', Action: [Action].flat(), Resource });

const TABLE = arnOf('GameTable');
const MACHINE = arn('states', `stateMachine:${NAME}-game`);
const CONNECTIONS = arn('execute-api', '${WebsocketsApi}/${sls:stage}/*/@connections/*');

/** Actions on `*`, because AWS has no resource type for them (Service Authorization Reference). */
const ANYTHING = {
  // The traces of an account are one heap. Only with `tracing`.
  traces: may(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
  // Metrics are no resources.
  metrics: may('cloudwatch:GetMetricStatistics', '*'),
  // Deliveries of logs and the policies that let services write belong to the account, not to a log group.
  logDeliveries: may(
    [
      'logs:CreateLogDelivery',
      'logs:GetLogDelivery',
      'logs:UpdateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:DescribeResourcePolicies',
      'logs:DescribeLogGroups',
    ],
    '*',
  ),
};

const secretArn = (name) => arn('ssm', `parameter/\${self:service}/\${sls:stage}/${name}`);
const readSecret = (name) => may('ssm:GetParameter', secretArn(name));

/** A command: the room's log, its listing and the lobby's, then broadcaster, state machine and ticks. */
const PLAY = [
  may(
    ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query'],
    TABLE,
  ),
  may('dynamodb:Query', { 'Fn::Sub': '${GameTable.Arn}/index/GSI1' }),
  may('lambda:InvokeFunction', arn('lambda', `function:${NAME}-broadcaster`)),
  // By name, not by reference: the machine needs the phase function, so no function may need the machine.
  may(
    ['states:StartExecution', 'states:SendTaskSuccess', 'states:SendTaskFailure', 'states:SendTaskHeartbeat'],
    MACHINE,
  ),
  // Asked when a token is waited for no longer: whether the game's execution runs.
  may('states:DescribeExecution', arn('states', `execution:${NAME}-game:*`)),
  may('sqs:SendMessage', arnOf('TickQueue')),
];

const FUNCTIONS = {
  authorizer: [readSecret('session-secret')],
  connect: [may('dynamodb:PutItem', TABLE)],
  disconnect: PLAY,
  message: PLAY,
  broadcaster: [...PLAY, may('execute-api:ManageConnections', CONNECTIONS)],
  phase: PLAY,
  tick: [
    ...PLAY,
    may(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], arnOf('TickQueue')),
  ],
  results: [
    may(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], TABLE),
    may(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], arnOf('ResultsQueue')),
  ],
  ranking: [
    may(['dynamodb:GetItem', 'dynamodb:Query'], TABLE),
    may('dynamodb:Query', { 'Fn::Sub': '${GameTable.Arn}/index/GSI1' }),
    readSecret('session-secret'),
    readSecret('admin-token'),
  ],
  http: [
    ...PLAY,
    readSecret('session-secret'),
    readSecret('admin-token'),
    may('execute-api:ManageConnections', CONNECTIONS),
    may('states:DescribeStateMachine', MACHINE),
    may('sqs:GetQueueAttributes', arnOf('TickQueue'), arnOf('DeadLetterQueue')),
  ],
  secrets: [
    may(
      ['ssm:PutParameter', 'ssm:GetParameter', 'ssm:DeleteParameters'],
      secretArn('session-secret'),
      secretArn('admin-token'),
    ),
    may(
      ['cloudfront-keyvaluestore:DescribeKeyValueStore', 'cloudfront-keyvaluestore:PutKey'],
      arnOf('EntryValues'),
    ),
  ],
  pages: [
    may(['s3:PutObject', 's3:DeleteObject'], { 'Fn::Sub': '${PagesBucket.Arn}/*' }),
    may('s3:ListBucket', arnOf('PagesBucket')),
  ],
  alarm: [may('sns:Publish', { Ref: 'AlarmTopic' }), ANYTHING.metrics],
};

/** What every function may do: write its own log, and leave what failed with the dead letters. */
const everyday = (name) => [
  may(['logs:CreateLogStream', 'logs:PutLogEvents'], arn('logs', `log-group:/aws/lambda/${NAME}-${name}:*`)),
  may('sqs:SendMessage', arnOf('DeadLetterQueue')),
];

const MACHINE_MAY = [
  may('lambda:InvokeFunction', arnOf('PhaseLambdaFunction')),
  may('events:PutEvents', arnOf('GameEvents')),
  ANYTHING.logDeliveries,
];

function role(boundary, service, Statement, Condition) {
  const Version = '2012-10-17';
  const assume = {
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { Service: service },
    ...(Condition && { Condition }),
  };
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: { Version, Statement: [assume] },
      ...(boundary && { PermissionsBoundary: boundary }),
      Policies: [{ PolicyName: 'own', PolicyDocument: { Version, Statement } }],
    },
  };
}

const capitalized = (name) => name[0].toUpperCase() + name.slice(1);

/** CodeDeploy, which moves the alias from one version to the next and looks at the alarms meanwhile. */
const CANARY_MAY = [
  may(
    ['lambda:GetAlias', 'lambda:UpdateAlias', 'lambda:GetProvisionedConcurrencyConfig'],
    arn('lambda', `function:${NAME}-message`),
    arn('lambda', `function:${NAME}-message:live`),
  ),
  // It asks for the list of alarms, not for ours by name, and stops where it may not.
  may('cloudwatch:DescribeAlarms', arn('cloudwatch', 'alarm:*')),
];

module.exports = async ({ resolveVariable }) => {
  // A parameter of the command line is text.
  const param = (name) => resolveVariable(`param:${name}`);
  const isOn = async (name) => String(await param(name)) === 'true';
  const policy = await param('permissionsBoundary');
  const boundary = policy && {
    'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:policy/${policy}`,
  };
  const traced = (await isOn('tracing')) ? [ANYTHING.traces] : [];
  const roles = Object.entries(FUNCTIONS).map(([name, statements]) => [
    `${capitalized(name)}Role`,
    role(boundary, 'lambda.amazonaws.com', [...everyday(name), ...statements, ...traced]),
  ]);
  const machine = role(boundary, 'states.amazonaws.com', [...MACHINE_MAY, ...traced], {
    StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
  });
  const canary = (await isOn('canary'))
    ? { CanaryRole: role(boundary, 'codedeploy.amazonaws.com', CANARY_MAY) }
    : {};
  return { Resources: { ...Object.fromEntries(roles), GameStateMachineRole: machine, ...canary } };
};
