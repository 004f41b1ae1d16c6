// The stack on the emulator: packaged and deployed by the commands that deploy it to AWS, then what the emulator's CloudFormation
// does not know done by its APIs, and everything asked back.

import {
  ApiGatewayV2Client,
  CreateDeploymentCommand,
  CreateRouteResponseCommand,
  GetApisCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListBucketsCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DescribeParametersCommand, GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
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
/** Pauses of a game, so that two games do not take ten minutes; everything else is what the stage has. */
const PARAMETERS = {
  roundStartSeconds: 1,
  turnResultsSeconds: 1,
  scoringSeconds: 1,
  maxRounds: 2,
};

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SLS = join(createRequire(import.meta.url).resolve('serverless/package.json'), '../bin/serverless.js');

export interface Package {
  readonly folder: string;
  /** Resources that the emulator does not know. */
  readonly leftOut: Readonly<Record<string, Resource>>;
}

/** `sls package`, then the template made such that the emulator takes it. */
export async function packageStack(work: Work): Promise<Package> {
  const folder = join(work.folder, 'package');
  const parameters = Object.entries(PARAMETERS).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const build = { LIAP_BUILD_FOLDER: relative(ROOT, join(work.folder, 'build')) };
  await sls(work, ['package', '--package', folder, ...parameters], build);
  const file = join(folder, 'serverless-state.json');
  const state = JSON.parse(await readFile(file, 'utf8')) as State;
  const { template, leftOut } = prepareTemplate(state.service.provider.compiledCloudFormationTemplate);
  state.service.provider.compiledCloudFormationTemplate = template;
  await writeFile(file, JSON.stringify(state));
  return { folder, leftOut };
}

/** What `sls package` leaves for `sls deploy`, as far as it is changed here. */
interface State {
  readonly service: { readonly provider: { compiledCloudFormationTemplate: Template } };
}

const sls = (work: Work, args: readonly string[], more: Readonly<Record<string, string>>): Promise<string> =>
  work.run(process.execPath, [SLS, ...args, '--stage', STAGE, '--region', REGION], more);

/** `sls deploy` of a package: uploads it, makes the stack and waits for it. Resolves with what it prints. */
export async function deployStack(work: Work, url: string, { folder }: Package): Promise<string> {
  return sls(work, ['deploy', '--package', folder], { AWS_ENDPOINT_URL: url });
}

/** `sls remove`. Resolves with what is there still, by kinds of which the emulator has nothing but this stack's. */
export async function removeStack(work: Work, url: string): Promise<readonly string[]> {
  await sls(work, ['remove'], { AWS_ENDPOINT_URL: url });
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
