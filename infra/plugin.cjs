/**
 * What the framework leaves to its users. In the template: which API may call the sockets' functions, an alias before the message function
 * (infra/canary.yml), no dependencies that a reference implies already (cfn-lint W3005). Around a deployment: what the account would
 * refuse is said before (`sls preflight` says it alone), the table is protected after. And `sls deploy` and `sls info` say where players
 * and operators go.
 */
const { CloudFormationClient, DescribeStacksCommand } = require('@aws-sdk/client-cloudformation');
const { DescribeTableCommand, DynamoDBClient, UpdateTableCommand } = require('@aws-sdk/client-dynamodb');
const { lookBefore } = require('./preflight.cjs');

const refersTo = (value, name) => {
  if (Array.isArray(value)) return value.some((each) => refersTo(each, name));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => {
    if (key === 'Ref') return inner === name;
    if (key === 'Fn::GetAtt') return [inner].flat()[0] === name;
    if (key === 'Fn::Sub' && typeof inner === 'string') return inner.includes(`\${${name}}`);
    return refersTo(inner, name);
  });
};

function dropImpliedDependencies({ Resources }) {
  for (const resource of Object.values(Resources)) {
    if (resource.DependsOn === undefined) continue;
    const needed = [resource.DependsOn].flat().filter((name) => !refersTo(resource.Properties, name));
    if (needed.length > 0) resource.DependsOn = needed;
    else delete resource.DependsOn;
  }
}

/** The framework lets any API of any account call; ours is enough. */
function nameCallers({ Resources }) {
  const api = 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${WebsocketsApi}/*';
  for (const [name, { Properties }] of Object.entries(Resources))
    if (name.endsWith('LambdaPermissionWebsockets')) Properties.SourceArn = { 'Fn::Sub': api };
}

/** Frames go to the alias of the message function where there is one, and that points to the version being deployed. */
function putAliasBefore({ Resources }) {
  const { MessageAlias: alias, MessageWebsocketsIntegration: integration } = Resources;
  const { MessageLambdaPermissionWebsockets: permission } = Resources;
  if (alias === undefined) return;
  const version = Object.keys(Resources).find((name) => name.startsWith('MessageLambdaVersion'));
  alias.Properties.FunctionVersion = { 'Fn::GetAtt': [version, 'Version'] };
  permission.Properties.FunctionName = { Ref: 'MessageAlias' };
  integration.Properties.IntegrationUri = {
    'Fn::Sub':
      'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${MessageAlias}/invocations',
  };
}

/** Everything that refers to the stack's own table refers to the restored one instead (`restoredTable`); the table itself stays as it is. */
function takeRestored({ Resources }, table) {
  // What the functions are given is the reference unless a stage names one.
  if (typeof table !== 'string') return;
  const arn = `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${table}`;
  const replaced = (value) => {
    if (typeof value === 'string')
      return value.replaceAll('${GameTable.Arn}', arn).replaceAll('${GameTable}', table);
    if (typeof value !== 'object' || value === null) return value;
    if (value.Ref === 'GameTable') return table;
    if (String(value['Fn::GetAtt']) === 'GameTable,Arn') return { 'Fn::Sub': arn };
    if (Array.isArray(value)) return value.map(replaced);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner)]));
  };
  for (const [name, resource] of Object.entries(Resources))
    if (name !== 'GameTable') resource.Properties = replaced(resource.Properties);
}

/** Sections of what is printed at the end, by the names of the stack's outputs. */
const SECTIONS = {
  players: 'PlayersAddress',
  operators: 'OperatorsAddress',
  'operators’ token': 'OperatorsToken',
  'not watched': 'NotWatched',
};

/** Says what stands in the way of a deployment, and fails if anything does. */
async function preflight(serverless, aws, log) {
  const { service } = serverless;
  const name = `${service.service}-${aws.getStage()}`;
  const functions = Object.values(service.functions);
  const logs = functions.map(({ name: each }) => ({
    Type: 'AWS::Logs::LogGroup',
    Properties: { LogGroupName: aws.naming.getLogGroupName(each) },
  }));
  const { refused, notes } = await lookBefore(await aws.getAwsSdkV3Config(), {
    stack: aws.naming.getStackName(),
    resources: Object.assign({}, logs, ...[service.resources].flat().map((each) => each.Resources)),
    functions: functions
      .filter(({ events }) => events.some((event) => event.httpApi !== undefined))
      .map((each) => each.name),
    apiConcurrency: Number(service.custom.account.apiConcurrency),
    parameters: ['session-secret', 'admin-token'].map(
      (each) => `/${service.service}/${aws.getStage()}/${each}`,
    ),
  });
  for (const line of notes) log.notice(`note: ${line}`);
  for (const line of refused) log.error(`refused: ${line}`);
  if (refused.length > 0) throw new serverless.classes.Error(`This account would refuse to deploy ${name}`);
}

/**
 * Against deletion by mistake, once there is something to lose: a table that is protected from the first moment could not be taken away
 * when the first deployment fails. CloudFormation says nothing of it, so no later deployment takes it off again.
 */
async function protectTables(aws, { tables, tableProtection }) {
  if (String(tableProtection) !== 'true') return;
  const client = new DynamoDBClient(await aws.getAwsSdkV3Config());
  for (const TableName of tables.filter((name) => name !== '')) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    if (Table.DeletionProtectionEnabled !== true)
      await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
  }
}

class Plugin {
  constructor(serverless, _options, { log }) {
    const aws = () => serverless.getProvider('aws');
    this.commands = {
      preflight: {
        usage: 'Say what this account would refuse of a deployment',
        lifecycleEvents: ['look'],
        serviceDependencyMode: 'required',
        hasAwsExtension: true,
      },
    };
    this.hooks = {
      'preflight:look': () => preflight(serverless, aws(), log),
      'before:deploy:deploy': () => preflight(serverless, aws(), log),
      'after:deploy:deploy': () => protectTables(aws(), serverless.service.custom.account),
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const template = serverless.service.provider.compiledCloudFormationTemplate;
        nameCallers(template);
        putAliasBefore(template);
        takeRestored(template, serverless.service.provider.environment.TABLE_NAME);
        dropImpliedDependencies(template);
      },
      'after:aws:info:displayStackOutputs': async () => {
        const StackName = aws().naming.getStackName();
        const client = new CloudFormationClient(await aws().getAwsSdkV3Config());
        const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
        const outputs = new Map(
          Stacks[0].Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
        );
        for (const [section, output] of Object.entries(SECTIONS))
          if (outputs.has(output)) serverless.addServiceOutputSection(section, outputs.get(output));
      },
    };
  }
}

module.exports = Plugin;
