// The stack on the emulator: packaged, deployed and removed by the commands that do it on AWS, also with a resource that cannot be made and
// with a table that an earlier stack left; then what the emulator's CloudFormation does not know done by its APIs, and everything asked back.

import {
  ApiGatewayV2Client,
  CreateDeploymentCommand,
  CreateRouteResponseCommand,
  GetApisCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  ListStacksCommand,
  paginateListStackResources,
  waitUntilChangeSetCreateComplete,
  waitUntilStackImportComplete,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListBucketsCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { prepareTemplate } from './gaps.ts';
import type { Resource, Template } from './gaps.ts';
import { REGION } from './work.ts';
import type { Work } from './work.ts';

export const STAGE = 'dev';
export const SERVICE = 'liap-tui';
const STACK = `${SERVICE}-${STAGE}`;
/** Pauses of a game, so that two games do not take ten minutes, and what outlives the stack as in `prod`; all else is what `dev` has. */
const PARAMETERS = {
  roundStartSeconds: 1,
  turnResultsSeconds: 1,
  scoringSeconds: 1,
  maxRounds: 2,
  deletion: 'RetainExceptOnCreate',
  replacement: 'Retain',
  tableProtection: true,
};
/** What stays after a removal then. */
export const KEPT = [
  `table ${STACK}`,
  `parameter /${SERVICE}/${STAGE}/admin-token`,
  `parameter /${SERVICE}/${STAGE}/session-secret`,
];

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SLS = join(createRequire(import.meta.url).resolve('serverless/package.json'), '../bin/serverless.js');

export interface Package {
  readonly folder: string;
  /** Resources that the emulator does not know. */
  readonly leftOut: Readonly<Record<string, Resource>>;
  readonly template: Template;
}

/** `sls package`, then the template made such that the emulator takes it. */
export async function packageStack(work: Work): Promise<Package> {
  const folder = join(work.folder, 'package');
  const build = { LIAP_BUILD_FOLDER: relative(ROOT, join(work.folder, 'build')) };
  await sls(work, ['package', '--package', folder], build);
  let leftOut: Package['leftOut'] = {};
  const template = await changeTemplate(folder, (packaged) => {
    const prepared = prepareTemplate(packaged);
    leftOut = prepared.leftOut;
    return prepared.template;
  });
  return { folder, leftOut, template };
}

/** The same package with one resource more, which comes after all others and fails: pages for a bucket that is nowhere. */
export async function breakPackage(work: Work, whole: Package): Promise<Package> {
  const folder = join(work.folder, 'broken-package');
  await cp(whole.folder, folder, { recursive: true });
  const template = await changeTemplate(folder, ({ Resources, ...rest }) => {
    const { PagesLambdaFunction: pages } = Resources;
    if (pages === undefined) throw new Error('There is no function that puts pages somewhere');
    const BrokenLambdaFunction = {
      ...pages,
      Properties: {
        ...pages.Properties,
        FunctionName: `${STACK}-broken`,
        Environment: { Variables: { PAGES_BUCKET: `${STACK}-nowhere` } },
      },
    };
    const Broken = {
      Type: 'Custom::Pages',
      DependsOn: Object.keys(Resources),
      Properties: { ServiceToken: { 'Fn::GetAtt': ['BrokenLambdaFunction', 'Arn'] }, ServiceTimeout: 60 },
    };
    return { ...rest, Resources: { ...Resources, BrokenLambdaFunction, Broken } };
  });
  return { ...whole, folder, template };
}

/** The package with a number that differs, as each `sls package` gives one: what is deployed twice in a row is a change. */
export async function renewPackage(whole: Package): Promise<Package> {
  const template = await changeTemplate(whole.folder, ({ Resources, ...rest }) => {
    const renewed = Object.entries(Resources).map(([name, resource]) => {
      const { Release } = resource.Properties ?? {};
      if (typeof Release !== 'string') return [name, resource] as const;
      return [
        name,
        { ...resource, Properties: { ...resource.Properties, Release: `${Release}-again` } },
      ] as const;
    });
    return { ...rest, Resources: Object.fromEntries(renewed) };
  });
  return { ...whole, template };
}

async function changeTemplate(folder: string, change: (template: Template) => Template): Promise<Template> {
  const file = join(folder, 'serverless-state.json');
  const state = JSON.parse(await readFile(file, 'utf8')) as State;
  const { provider } = state.service;
  provider.compiledCloudFormationTemplate = change(provider.compiledCloudFormationTemplate);
  await writeFile(file, JSON.stringify(state));
  return provider.compiledCloudFormationTemplate;
}

/** What `sls package` leaves for `sls deploy`, as far as it is changed here. */
interface State {
  readonly service: { readonly provider: { compiledCloudFormationTemplate: Template } };
}

const sls = (work: Work, args: readonly string[], more: Readonly<Record<string, string>>): Promise<string> =>
  work.run(process.execPath, [SLS, ...args, '--stage', STAGE, '--region', REGION, ...GIVEN], more);
const GIVEN = Object.entries(PARAMETERS).flatMap(([name, value]) => ['--param', `${name}=${value}`]);

/** `sls deploy` of a package: uploads it, makes the stack and waits for it. Resolves with what it prints. */
export async function deployStack(work: Work, url: string, { folder }: Package): Promise<string> {
  // Whatever was uploaded last: the same package is deployed again and again.
  return sls(work, ['deploy', '--force', '--package', folder], { AWS_ENDPOINT_URL: url });
}

/** `sls preflight`. Resolves with what it prints, and whether nothing stands in the way. */
export async function lookBefore(work: Work, url: string): Promise<{ passes: boolean; said: string }> {
  try {
    return { passes: true, said: await sls(work, ['preflight'], { AWS_ENDPOINT_URL: url }) };
  } catch (error) {
    work.signal.throwIfAborted();
    return { passes: false, said: error instanceof Error ? error.message : String(error) };
  }
}

/** `sls remove`. */
export async function removeStack(work: Work, url: string): Promise<void> {
  await sls(work, ['remove'], { AWS_ENDPOINT_URL: url });
}

/** What is there, by kinds of which the emulator has nothing but this stack's. */
export async function inventory(url: string): Promise<readonly string[]> {
  const stacks = await clientOf(CloudFormationClient, url).send(new ListStacksCommand({}));
  const { Buckets = [] } = await clientOf(S3Client, url).send(new ListBucketsCommand({}));
  const { TableNames = [] } = await clientOf(DynamoDBClient, url).send(new ListTablesCommand({}));
  const { Functions = [] } = await clientOf(LambdaClient, url).send(new ListFunctionsCommand({}));
  const { stateMachines = [] } = await clientOf(SFNClient, url).send(new ListStateMachinesCommand({}));
  const { QueueUrls = [] } = await clientOf(SQSClient, url).send(new ListQueuesCommand({}));
  const { Topics = [] } = await clientOf(SNSClient, url).send(new ListTopicsCommand({}));
  const { Parameters = [] } = await clientOf(SSMClient, url).send(new DescribeParametersCommand({}));
  const { MetricAlarms = [] } = await clientOf(CloudWatchClient, url).send(new DescribeAlarmsCommand({}));
  const { Items = [] } = await clientOf(ApiGatewayV2Client, url).send(new GetApisCommand({}));
  const left = {
    stack: (stacks.StackSummaries ?? [])
      .filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE')
      .map(({ StackName }) => StackName),
    bucket: Buckets.map(({ Name }) => Name),
    table: TableNames,
    function: Functions.map(({ FunctionName }) => FunctionName),
    'state machine': stateMachines.map(({ name }) => name),
    queue: QueueUrls,
    topic: Topics.map(({ TopicArn }) => TopicArn),
    parameter: Parameters.map(({ Name }) => Name),
    alarm: MetricAlarms.map(({ AlarmName }) => AlarmName),
    API: Items.map(({ Name }) => Name),
  };
  return Object.entries(left).flatMap(([kind, names]) => names.map((name = '') => `${kind} ${name}`));
}

/** A table of the stage's name that no stack knows, as somebody may have left it. */
export async function plantTable(url: string): Promise<void> {
  await clientOf(DynamoDBClient, url).send(
    new CreateTableCommand({
      TableName: STACK,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
    }),
  );
}

/** Whether the table may not be deleted. */
export async function isTableProtected(url: string): Promise<boolean> {
  const { Table } = await clientOf(DynamoDBClient, url).send(new DescribeTableCommand({ TableName: STACK }));
  return Table?.DeletionProtectionEnabled === true;
}

export async function deleteTable(url: string): Promise<void> {
  await clientOf(DynamoDBClient, url).send(new DeleteTableCommand({ TableName: STACK }));
}

/** What docs/deploying.md says for players' work that is not wanted any more. */
export async function discardKept(url: string): Promise<void> {
  const tables = clientOf(DynamoDBClient, url);
  await tables.send(new UpdateTableCommand({ TableName: STACK, DeletionProtectionEnabled: false }));
  await deleteTable(url);
  const Names = ['session-secret', 'admin-token'].map((name) => `/${SERVICE}/${STAGE}/${name}`);
  await clientOf(SSMClient, url).send(new DeleteParametersCommand({ Names }));
}

/** What docs/deploying.md says for a table that outlived its stack: a new stack that has nothing but it. */
export async function takeTableIn(url: string, { template }: Package): Promise<void> {
  const client = clientOf(CloudFormationClient, url);
  const { GameTable } = template.Resources;
  const ChangeSetName = 'take-in';
  const ResourceIdentifier = { TableName: STACK };
  await client.send(
    new CreateChangeSetCommand({
      StackName: STACK,
      ChangeSetName,
      ChangeSetType: 'IMPORT',
      TemplateBody: JSON.stringify({ Resources: { GameTable } }),
      ResourcesToImport: [
        { ResourceType: 'AWS::DynamoDB::Table', LogicalResourceId: 'GameTable', ResourceIdentifier },
      ],
    }),
  );
  const wait = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 };
  await waitUntilChangeSetCreateComplete(wait, { StackName: STACK, ChangeSetName });
  await client.send(new ExecuteChangeSetCommand({ StackName: STACK, ChangeSetName }));
  await waitUntilStackImportComplete(wait, { StackName: STACK });
}

export interface Deployed {
  /** Physical ids by logical names. */
  readonly ids: Readonly<Record<string, string>>;
  readonly types: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
}

/** What CloudFormation says there is. Throws when the stack or a part of it is not complete. */
export async function describeStack(url: string): Promise<Deployed> {
  const client = clientOf(CloudFormationClient, url);
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: STACK }));
  const [stack] = Stacks;
  if (stack?.StackStatus === undefined || !isComplete(stack.StackStatus))
    throw new Error(`The stack is ${stack?.StackStatus ?? 'not there'}`);
  const resources = [];
  for await (const page of paginateListStackResources({ client }, { StackName: STACK }))
    resources.push(...(page.StackResourceSummaries ?? []));
  for (const { LogicalResourceId, ResourceStatus = 'without status' } of resources)
    if (!isComplete(ResourceStatus))
      throw new Error(`${LogicalResourceId ?? 'A resource'} is ${ResourceStatus}`);
  return {
    ids: Object.fromEntries(
      resources.map(({ LogicalResourceId: name = '', PhysicalResourceId: id = '' }) => [name, id]),
    ),
    types: resources.map(({ ResourceType = 'unknown' }) => ResourceType),
    outputs: Object.fromEntries(
      (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    ),
  };
}

const isComplete = (status: string): boolean => /^(CREATE|UPDATE)_COMPLETE$/.test(status);

const Reference = z.object({ Ref: z.string() });
const RouteResponse = z.object({ ApiId: Reference, RouteId: Reference, RouteResponseKey: z.string() });
const ApiDeployment = z.object({ ApiId: Reference });

/** What was left out of the template, by the APIs behind it. */
export async function makeLeftOut(url: string, { leftOut }: Package, { ids }: Deployed): Promise<void> {
  const client = clientOf(ApiGatewayV2Client, url);
  const idOf = ({ Ref }: z.infer<typeof Reference>): string => {
    // The emulator's physical id of a route is `<api>/<route>`.
    const id = ids[Ref]?.split('/').at(-1);
    if (id === undefined) throw new Error(`The stack has no ${Ref}`);
    return id;
  };
  const makers: Readonly<Record<string, (properties: unknown) => Promise<unknown>>> = {
    'AWS::ApiGatewayV2::RouteResponse': (properties) => {
      const { ApiId, RouteId, RouteResponseKey } = RouteResponse.parse(properties);
      const input = { ApiId: idOf(ApiId), RouteId: idOf(RouteId), RouteResponseKey };
      return client.send(new CreateRouteResponseCommand(input));
    },
    'AWS::ApiGatewayV2::Deployment': (properties) => {
      const { ApiId } = ApiDeployment.parse(properties);
      return client.send(new CreateDeploymentCommand({ ApiId: idOf(ApiId) }));
    },
  };
  for (const [name, { Type, Properties }] of Object.entries(leftOut)) {
    const make = makers[Type];
    if (make === undefined) throw new Error(`${name}: there is no other way to make a ${Type}`);
    await make(Properties);
  }
}

/** A secret that the deployment has made. */
export async function readSecret(url: string, name: string): Promise<string> {
  const parameter = { Name: `/${SERVICE}/${STAGE}/${name}`, WithDecryption: true };
  const { Parameter } = await clientOf(SSMClient, url).send(new GetParameterCommand(parameter));
  if (!Parameter?.Value) throw new Error(`The deployment has made no ${name}`);
  return Parameter.Value;
}

/** The files of the pages' bucket, copied into a folder; resolves with their number. */
export async function fetchPages(url: string, Bucket: string, folder: string): Promise<number> {
  const client = clientOf(S3Client, url);
  let files = 0;
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
    for (const { Key = '' } of Contents) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      const file = join(folder, Key);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, (await Body?.transformToByteArray()) ?? '');
      files += 1;
    }
  }
  if (files === 0) throw new Error('The bucket of the pages is empty');
  return files;
}

/** A client of the emulator, whatever the environment says. */
export function clientOf<C>(
  Client: new (options: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  }) => C,
  endpoint: string,
): C {
  return new Client({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}
