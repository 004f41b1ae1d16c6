/** What is made of the list of functions: the log filters that count errors, and the dashboard. */
const STAGE = '${sls:stage}';
const REGION = { Ref: 'AWS::Region' };
const capitalized = (name) => name[0].toUpperCase() + name.slice(1);

/** One metric for all; without a default value it is not there, and costs nothing, while nothing fails. */
const COUNTED = { MetricNamespace: `LiapTui/${STAGE}`, MetricName: 'Errors', MetricValue: '1' };
/** What functions log as errors, their own and exceptions, and what ended without having been able to: time and memory. */
const FAILED =
  '{ ($.level = "ERROR") || ($.level = "FATAL") || ($.record.status = "timeout") || ($.record.status = "failure") }';
/**
 * The same of the authorizer, but for its refusals: throwing this word is the only way to 401, and the runtime logs whatever is thrown as
 * an error, alone (`message.errorMessage`) or beside a text (`errorMessage`). A run that threw may be called a failure too, of type `Error`.
 */
const REFUSAL = '"Unauthorized"';
const FAILED_BUT_NOT_THROWN =
  '(($.record.status = "failure") && (($.record.errorType NOT EXISTS) || ($.record.errorType != "Error")))';
const FAILED_OTHERWISE = `{ (${[
  '(($.level = "ERROR") || ($.level = "FATAL"))',
  `(($.message.errorMessage NOT EXISTS) || ($.message.errorMessage != ${REFUSAL}))`,
  `(($.errorMessage NOT EXISTS) || ($.errorMessage != ${REFUSAL}))`,
].join(' && ')}) || ($.record.status = "timeout") || ${FAILED_BUT_NOT_THROWN} }`;
const patternOf = (name) => (name === 'authorizer' ? FAILED_OTHERWISE : FAILED);

const filter = (LogGroupName, FilterPattern) => ({
  Type: 'AWS::Logs::MetricFilter',
  Properties: { LogGroupName, FilterPattern, MetricTransformations: [COUNTED] },
});

/** Widgets of the dashboard: a title, then metrics as CloudWatch writes them: namespace, name, dimension, value, … */
function widgets(functions) {
  const fn = (name) => ['FunctionName', { Ref: `${capitalized(name)}LambdaFunction` }];
  const own = (metric, stat, label) => [
    'LiapTui',
    metric,
    'service',
    '${self:service}',
    'stage',
    STAGE,
    { stat, label },
  ];
  const socket = (metric) => [
    'AWS/ApiGateway',
    metric,
    'ApiId',
    { Ref: 'WebsocketsApi' },
    'Stage',
    STAGE,
    { stat: 'Sum' },
  ];
  const api = (metric, stat) => ['AWS/ApiGateway', metric, 'ApiId', { Ref: 'HttpApi' }, { stat }];
  const machine = (metric) => [
    'AWS/States',
    metric,
    'StateMachineArn',
    { Ref: 'GameStateMachine' },
    { stat: 'Sum' },
  ];
  const queue = (name, metric) => [
    'AWS/SQS',
    metric,
    'QueueName',
    { 'Fn::GetAtt': [name, 'QueueName'] },
    { stat: 'Maximum' },
  ];
  const table = (metric) => ['AWS/DynamoDB', metric, 'TableName', { Ref: 'GameTable' }, { stat: 'Sum' }];
  return [
    [
      'Commands, ms',
      own('CommandLatency', 'p50', 'p50'),
      own('CommandLatency', 'p95', 'p95'),
      own('CommandLatency', 'p99', 'p99'),
    ],
    [
      'Commands',
      own('Commands', 'Sum'),
      own('Conflicts', 'Sum'),
      own('Retries', 'Sum'),
      own('Failures', 'Sum'),
    ],
    ['Posts', own('Posts', 'Sum'), own('PostsGone', 'Sum'), own('PostsFailed', 'Sum')],
    ['Errors: the alarm’s', [COUNTED.MetricNamespace, COUNTED.MetricName, { stat: 'Sum' }]],
    [
      'Errors by function; the authorizer’s are refusals too',
      ...functions.map((name) => ['AWS/Lambda', 'Errors', ...fn(name), { stat: 'Sum' }]),
    ],
    [
      'Duration p99, ms',
      ...functions.map((name) => ['AWS/Lambda', 'Duration', ...fn(name), { stat: 'p99' }]),
    ],
    [
      'Concurrency, throttles',
      ['AWS/Lambda', 'ConcurrentExecutions', { stat: 'Maximum' }],
      ['AWS/Lambda', 'Throttles', { stat: 'Sum' }],
    ],
    [
      'Sockets',
      socket('ConnectCount'),
      socket('MessageCount'),
      socket('IntegrationError'),
      socket('ExecutionError'),
      socket('ClientError'),
    ],
    ['API', api('Count', 'Sum'), api('4xx', 'Sum'), api('5xx', 'Sum'), api('Latency', 'p99')],
    [
      'Games',
      ...['Started', 'Succeeded', 'Failed', 'Aborted', 'TimedOut'].map((end) => machine(`Executions${end}`)),
      machine('ExecutionThrottled'),
    ],
    [
      'Queues',
      queue('TickQueue', 'ApproximateNumberOfMessagesVisible'),
      queue('TickQueue', 'ApproximateAgeOfOldestMessage'),
      queue('ResultsQueue', 'ApproximateAgeOfOldestMessage'),
      queue('DeadLetterQueue', 'ApproximateNumberOfMessagesVisible'),
    ],
    [
      'Table',
      table('ConsumedReadCapacityUnits'),
      table('ConsumedWriteCapacityUnits'),
      table('ReadThrottleEvents'),
      table('WriteThrottleEvents'),
    ],
    ['Cost an hour, $', own('Cost', 'Sum')],
  ];
}

const SIZE = { width: 8, height: 6 };
const PER_ROW = 3;

function dashboard(functions) {
  const body = {
    widgets: widgets(functions).map(([title, ...metrics], index) => ({
      type: 'metric',
      x: (index % PER_ROW) * SIZE.width,
      y: Math.floor(index / PER_ROW) * SIZE.height,
      ...SIZE,
      properties: {
        title,
        metrics,
        region: REGION,
        period: title.startsWith('Cost') ? 3600 : 60,
        view: 'timeSeries',
      },
    })),
  };
  return {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: { DashboardName: `\${self:service}-${STAGE}-\${aws:region}`, DashboardBody: asText(body) },
  };
}

/** JSON with CloudFormation's own functions inside, as one text: each of them becomes a `${…}` of Fn::Sub. */
function asText(body) {
  const text = JSON.stringify(body, (_key, value) => {
    if (value?.Ref) return `\${${value.Ref}}`;
    if (value?.['Fn::GetAtt']) return `\${${value['Fn::GetAtt'].join('.')}}`;
    return value;
  });
  return { 'Fn::Sub': text };
}

module.exports = async ({ resolveVariable }) => {
  const functions = Object.keys(await resolveVariable('self:functions'));
  const filters = functions.map((name) => [
    `${capitalized(name)}Errors`,
    filter({ Ref: `${capitalized(name)}LogGroup` }, patternOf(name)),
  ]);
  return {
    Resources: {
      ...Object.fromEntries(filters),
      ApiErrors: filter({ Ref: 'HttpApiLogGroup' }, '{ ($.status >= 500) }'),
      Dashboard: dashboard(functions),
    },
  };
};
