// What the resources of a packaged template are called once they are there, so that policies can be evaluated on them.

import type { Properties, Template } from './template.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';
/** What CloudFormation ends names with that it makes up itself, and what services give for an id. */
const MADE_UP = 'AB12CD34EF56';
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Which property of a type is its name, where it has one; else CloudFormation makes the name up from the stack's and the resource's. */
const NAMED_BY: Readonly<Record<string, string>> = {
  'AWS::CloudFront::Function': 'Name',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::CodeDeploy::Application': 'ApplicationName',
  'AWS::CodeDeploy::DeploymentGroup': 'DeploymentGroupName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Alias': 'Name',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

interface Known {
  readonly name: string;
  readonly properties: Properties;
  readonly textOf: (value: unknown) => string;
}
const here = (service: string, rest: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const everywhere = (service: string, rest: string): string => `arn:aws:${service}::${ACCOUNT}:${rest}`;
const api = (path: string): string => `arn:aws:apigateway:${REGION}::${path}`;
const apiOf = ({ properties, textOf }: Known): string => `/apis/${textOf(properties['ApiId'])}`;
/** What something in an API is called with, and the collection that it is made in. */
const within =
  (collection: string) =>
  (known: Known): readonly string[] =>
    [`/${collection}/${MADE_UP}`, `/${collection}`].map((path) => api(`${apiOf(known)}${path}`));
const cloudfront =
  (kind: string) =>
  ({ name }: Known): readonly string[] => [everywhere('cloudfront', `${kind}/${name}`)];
/** A part of something else, whose ARN is what counts. */
const partOf =
  (property: string) =>
  ({ properties, textOf }: Known): readonly string[] =>
    list(properties[property]).map((whole) => arnOfText(textOf(whole)));

/** The ARNs of a resource by its type, the one that `Fn::GetAtt: [_, Arn]` gives first. */
const ARNS: Readonly<Record<string, (known: Known) => readonly string[]>> = {
  'AWS::ApiGatewayV2::Api': ({ name }) => [
    api(`/apis/${name}`),
    api('/apis'),
    api(`/tags/${encodeURIComponent(api(`/apis/${name}`))}`),
  ],
  'AWS::ApiGatewayV2::Authorizer': within('authorizers'),
  'AWS::ApiGatewayV2::Deployment': within('deployments'),
  'AWS::ApiGatewayV2::Integration': within('integrations'),
  'AWS::ApiGatewayV2::Route': within('routes'),
  'AWS::ApiGatewayV2::RouteResponse': within(`routes/${MADE_UP}/routeresponses`),
  'AWS::ApiGatewayV2::Stage': within('stages'),
  'AWS::CloudFront::CachePolicy': cloudfront('cache-policy'),
  'AWS::CloudFront::Distribution': cloudfront('distribution'),
  'AWS::CloudFront::Function': cloudfront('function'),
  'AWS::CloudFront::KeyValueStore': cloudfront('key-value-store'),
  'AWS::CloudFront::OriginAccessControl': cloudfront('origin-access-control'),
  'AWS::CloudFront::OriginRequestPolicy': cloudfront('origin-request-policy'),
  'AWS::CloudFront::ResponseHeadersPolicy': cloudfront('response-headers-policy'),
  'AWS::CloudWatch::Alarm': ({ name }) => [here('cloudwatch', `alarm:${name}`)],
  'AWS::CloudWatch::Dashboard': ({ name }) => [everywhere('cloudwatch', `dashboard/${name}`)],
  'AWS::CodeDeploy::Application': ({ name }) => [here('codedeploy', `application:${name}`)],
  'AWS::CodeDeploy::DeploymentGroup': ({ name, properties, textOf }) => [
    here('codedeploy', `deploymentgroup:${textOf(properties['ApplicationName'])}/${name}`),
    here('codedeploy', `application:${textOf(properties['ApplicationName'])}`),
    here('codedeploy', `deploymentconfig:${textOf(properties['DeploymentConfigName'])}`),
  ],
  'AWS::DynamoDB::Table': ({ name }) => [here('dynamodb', `table/${name}`)],
  'AWS::Events::EventBus': ({ name }) => [here('events', `event-bus/${name}`)],
  'AWS::Events::Rule': ({ name, properties, textOf }) => {
    const bus = properties['EventBusName'];
    return [here('events', `rule/${bus === undefined ? '' : `${textOf(bus)}/`}${name}`)];
  },
  'AWS::IAM::ManagedPolicy': ({ name }) => [everywhere('iam', `policy/${name}`)],
  'AWS::IAM::Role': ({ name }) => [everywhere('iam', `role/${name}`)],
  'AWS::Lambda::Alias': ({ name, properties, textOf }) => {
    const of = arnOfText(textOf(properties['FunctionName']));
    return [`${of}:${name}`, of];
  },
  'AWS::Lambda::EventInvokeConfig': partOf('FunctionName'),
  'AWS::Lambda::EventSourceMapping': () => [here('lambda', `event-source-mapping:${MADE_UP}`)],
  'AWS::Lambda::Function': ({ name }) => [here('lambda', `function:${name}`)],
  'AWS::Lambda::Permission': partOf('FunctionName'),
  'AWS::Lambda::Version': ({ properties, textOf }) => {
    const of = arnOfText(textOf(properties['FunctionName']));
    return [`${of}:1`, of];
  },
  'AWS::Logs::LogGroup': ({ name }) => [
    `${here('logs', `log-group:${name}`)}:*`,
    here('logs', `log-group:${name}`),
    `${here('logs', `log-group:${name}`)}:log-stream:`,
  ],
  'AWS::Logs::MetricFilter': ({ properties, textOf }) => [
    here('logs', `log-group:${textOf(properties['LogGroupName'])}`),
  ],
  'AWS::Route53::RecordSet': ({ properties, textOf }) => [
    `arn:aws:route53:::hostedzone/${textOf(properties['HostedZoneId'])}`,
    `arn:aws:route53:::change/${MADE_UP}`,
  ],
  'AWS::S3::Bucket': ({ name }) => [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/object`],
  'AWS::S3::BucketPolicy': ({ properties, textOf }) => [`arn:aws:s3:::${textOf(properties['Bucket'])}`],
  'AWS::SNS::Topic': ({ name }) => [here('sns', name)],
  'AWS::SQS::Queue': ({ name }) => [here('sqs', name)],
  'AWS::SQS::QueuePolicy': partOf('Queues'),
  'AWS::StepFunctions::StateMachine': ({ name }) => [here('states', `stateMachine:${name}`)],
};

/** Types whose `Ref` is their ARN, or, for a queue, its address. */
const REFERRED: Readonly<Record<string, (arn: string) => string>> = {
  'AWS::SNS::Topic': (arn) => arn,
  'AWS::StepFunctions::StateMachine': (arn) => arn,
  'AWS::Lambda::Alias': (arn) => arn,
  'AWS::Lambda::Version': (arn) => arn,
  'AWS::SQS::Queue': (arn) => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${arn.split(':').at(-1) ?? ''}`,
};

/** The ARN of what another resource names by its ARN, its address or, for a function, its name. */
function arnOfText(text: string): string {
  if (text.startsWith('arn:')) return text;
  if (text.startsWith('https://sqs.')) return here('sqs', text.split('/').at(-1) ?? '');
  return here('lambda', `function:${text}`);
}

export interface Names {
  /** A value of the template with what CloudFormation would put in. */
  textOf(value: unknown): string;
  /** The same for everything in a policy. */
  filled(value: unknown): unknown;
  /** Under what a resource can be meant in a policy. Throws for a type that this file does not know. */
  arnsOf(logicalId: string): readonly string[];
}

/** The names of a template's resources, in a stack of this name with these parameters. */
export function namesIn(
  { Resources }: Template,
  stack: string,
  parameters: Readonly<Record<string, string>> = {},
): Names {
  const nameOf = (id: string): string => {
    const { Type = '', Properties: properties = {} } = Resources[id] ?? {};
    const given = properties[NAMED_BY[Type] ?? ''];
    if (given !== undefined) return textOf(given);
    const made = `${stack}-${id}-${MADE_UP}`;
    return Type === 'AWS::S3::Bucket' ? made.toLowerCase() : made;
  };
  const arnsOf = (id: string): readonly string[] => {
    const { Type, Properties: properties = {} } = Resources[id] ?? {};
    const arns = ARNS[Type ?? ''];
    if (arns === undefined) throw new Error(`tests/support/arns.ts does not know what a ${Type} is called`);
    return arns({ name: nameOf(id), properties, textOf });
  };
  const reference = (id: string): string => {
    const known = PSEUDO[id] ?? parameters[id];
    if (known !== undefined) return known;
    const [arn = ''] = REFERRED[Resources[id]?.Type ?? ''] === undefined ? [] : arnsOf(id);
    return REFERRED[Resources[id]?.Type ?? '']?.(arn) ?? nameOf(id);
  };
  const attribute = (id: string, name: string): string =>
    /Arn$|ARN$/.test(name) ? (arnsOf(id)[0] ?? '') : `${nameOf(id)}.${name}`;
  const sub = (text: string): string =>
    text.replace(/\$\{([\w:]+)(?:\.(\w+))?\}/g, (_whole, id: string, name?: string) =>
      name === undefined ? reference(id) : attribute(id, name),
    );
  const textOf = (value: unknown): string => {
    if (typeof value !== 'object' || value === null) return String(value);
    const { Ref, 'Fn::GetAtt': got, 'Fn::Sub': template, 'Fn::Join': join } = value as Properties;
    if (typeof Ref === 'string') return reference(Ref);
    if (Array.isArray(got)) return attribute(String(got[0]), String(got[1]));
    if (typeof template === 'string') return sub(template);
    if (Array.isArray(join)) return (join[1] as unknown[]).map(textOf).join(String(join[0]));
    return JSON.stringify(value);
  };
  const filled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(filled);
    if (typeof value !== 'object' || value === null) return value;
    const keys = Object.keys(value);
    if (keys.length === 1 && /^(Ref|Fn::\w+)$/.test(keys[0] ?? '')) return textOf(value);
    return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, filled(inside)]));
  };
  return { textOf, filled, arnsOf };
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
