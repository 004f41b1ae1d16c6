/**
 * What an account would refuse of a deployment, asked before it begins (`npm run preflight`, and `sls deploy` by itself): a line for each
 * thing that stands in the way, and one for each that is only worth knowing. What may not be asked is said and stops nothing.
 */
const {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} = require('@aws-sdk/client-cloudformation');
const { CloudWatchLogsClient, DescribeLogGroupsCommand } = require('@aws-sdk/client-cloudwatch-logs');
const { DescribeTableCommand, DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
} = require('@aws-sdk/client-lambda');
const { GetQueueUrlCommand, SQSClient } = require('@aws-sdk/client-sqs');
const { DescribeParametersCommand, SSMClient } = require('@aws-sdk/client-ssm');

/** What must stay unreserved by Lambda's documents; accounts with a limit of 10 have been told 10 instead. */
const UNRESERVED = 100;
const UNRESERVED_AT_LEAST = 10;
/** Below so many functions at once a few tables of players are throttled. */
const FEW = 100;

/** States in which CloudFormation takes no deployment, and what to do then. */
const STUCK = {
  CREATE_FAILED: 'remove it (sls remove)',
  ROLLBACK_COMPLETE: 'remove it (sls remove)',
  ROLLBACK_FAILED: 'remove it (sls remove)',
  DELETE_FAILED: 'remove it again (sls remove); its events say what would not go',
  REVIEW_IN_PROGRESS: 'remove it (sls remove)',
  UPDATE_ROLLBACK_FAILED: 'aws cloudformation continue-update-rollback; its events say what failed',
};

/** The error's name for what is not there, by service. */
const MISSING = new Set([
  'ResourceNotFoundException',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
]);

/** What is asked about: resources that the template names, and so refuses to make where one of that name is. */
const KINDS = {
  'AWS::DynamoDB::Table': {
    name: ({ TableName }) => TableName,
    ask: (config, TableName) => new DynamoDBClient(config).send(new DescribeTableCommand({ TableName })),
    leftover: (name) =>
      `the table ${name} is there and belongs to no stack: take it in, or delete it (docs/deploying.md, "After a removal")`,
  },
  'AWS::Logs::LogGroup': {
    name: ({ LogGroupName }) => LogGroupName,
    ask: async (config, logGroupNamePrefix) => {
      const client = new CloudWatchLogsClient(config);
      const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
      if (!logGroups.some(({ logGroupName }) => logGroupName === logGroupNamePrefix))
        throw Object.assign(new Error('not there'), { name: 'ResourceNotFoundException' });
    },
    leftover: (name) =>
      `the log group ${name} is there and belongs to no stack: aws logs delete-log-group --log-group-name ${name}`,
  },
  'AWS::SQS::Queue': {
    name: ({ QueueName }) => QueueName,
    ask: (config, QueueName) => new SQSClient(config).send(new GetQueueUrlCommand({ QueueName })),
    leftover: (name) => `the queue ${name} is there and belongs to no stack: aws sqs delete-queue`,
  },
};

/**
 * Lines by whether they stand in the way. `stack` is the stack's name, `resources` what the template names, `functions` the public ones by
 * their names, `apiConcurrency` their bound, `parameters` the secrets by their names.
 */
async function lookBefore(config, { stack, resources, functions, apiConcurrency, parameters }) {
  const refused = [];
  const notes = [];
  const asked = async (what, ask) => {
    try {
      return await ask();
    } catch (error) {
      if (MISSING.has(error.name)) return undefined;
      notes.push(`could not look at ${what}: ${error.name}: ${error.message}`.replaceAll(/\s+/g, ' '));
      return undefined;
    }
  };
  const owned = await asked(`the stack ${stack}`, () => stackOf(config, stack));
  const status = owned?.status;
  if (status in STUCK) refused.push(`the stack ${stack} is ${status}: ${STUCK[status]}`);
  else if (status?.endsWith('_IN_PROGRESS'))
    refused.push(`the stack ${stack} is ${status}: somebody else deploys; wait until it has ended`);

  const isOwned = (id) => owned.ids.has(id) || [...owned.ids].some((each) => each.endsWith(`/${id}`));
  const named = Object.values(resources).flatMap(({ Type, Properties = {} }) => {
    const name = KINDS[Type]?.name(Properties);
    return typeof name === 'string' ? [{ kind: KINDS[Type], name }] : [];
  });
  for (const { kind, name } of named) {
    if (owned === undefined || isOwned(name)) continue;
    if ((await asked(name, async () => (await kind.ask(config, name), true))) === true)
      refused.push(kind.leftover(name));
  }
  for (const name of parameters) {
    if (owned?.status === null && (await asked(name, () => isParameter(config, name))) === true)
      notes.push(`the parameter ${name} is there: this stage goes on with its value`);
  }

  const concurrency = await asked('the concurrency of Lambda', () =>
    concurrencyOf(config, functions, apiConcurrency),
  );
  if (concurrency !== undefined) {
    const { limit, left, wanted } = concurrency;
    const most = `Lambda runs ${limit} functions at once here`;
    if (wanted > 0 && left < UNRESERVED) {
      const line = `${most}: apiConcurrency=${apiConcurrency} for each of ${functions.length} functions would leave ${left} to all others, and ${UNRESERVED} must stay; ask for more (Service Quotas, "Concurrent executions") or give --param apiConcurrency=0`;
      if (left < UNRESERVED_AT_LEAST) refused.push(line);
      else notes.push(line);
    }
    if (limit < FEW)
      notes.push(
        `${most}: enough for a try, not for many players; ask for more (Service Quotas, "Concurrent executions")`,
      );
  }
  return { refused, notes };
}

/** The stack's state, null where there is none, and the physical ids of what it has. */
async function stackOf(config, StackName) {
  const client = new CloudFormationClient(config);
  const status = await client.send(new DescribeStacksCommand({ StackName })).then(
    ({ Stacks }) => Stacks[0].StackStatus,
    (error) => {
      if (error.name === 'ValidationError' && /does not exist/.test(error.message)) return null;
      throw error;
    },
  );
  const ids = new Set();
  if (status === null || status === 'DELETE_COMPLETE') return { status: null, ids };
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName }))
    for (const { PhysicalResourceId, ResourceStatus } of StackResourceSummaries)
      if (PhysicalResourceId && ResourceStatus !== 'DELETE_COMPLETE') ids.add(PhysicalResourceId);
  return { status, ids };
}

/** Whether there is a parameter of that name. Its value is nobody's business. */
async function isParameter(config, name) {
  const ParameterFilters = [{ Key: 'Name', Option: 'Equals', Values: [name] }];
  const { Parameters = [] } = await new SSMClient(config).send(
    new DescribeParametersCommand({ ParameterFilters }),
  );
  return Parameters.length > 0;
}

/** The account's limit, and what is left unreserved once the public functions have their bound. */
async function concurrencyOf(config, functions, each) {
  const client = new LambdaClient(config);
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
  const wanted = each * functions.length;
  let reserved = 0;
  for (const FunctionName of wanted > 0 ? functions : []) {
    const answer = await client.send(new GetFunctionConcurrencyCommand({ FunctionName })).catch((error) => {
      if (MISSING.has(error.name)) return {};
      throw error;
    });
    reserved += answer.ReservedConcurrentExecutions ?? 0;
  }
  const { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: free = limit } = AccountLimit;
  return { limit, left: free + reserved - wanted, wanted };
}

module.exports = { lookBefore };
