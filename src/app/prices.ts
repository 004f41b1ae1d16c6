// What AWS charges, in one table: every sum of money in this repository is computed from it. us-east-1 list prices as in
// docs/aws-facts.md, without free tiers and discounts. And what an amount of usage costs by them.

import { USAGE_NAMES } from '../room/usage.ts';
import type { Usage, UsageName } from '../room/usage.ts';

export interface Price {
  readonly dollars: number;
  /** For so many of the unit. */
  readonly per: number;
  readonly unit: string;
  readonly service: string;
  /** AWS's page with the price. */
  readonly source: string;
}

const MILLION = 1_000_000;
const API_GATEWAY = 'aws.amazon.com/api-gateway/pricing';
const LAMBDA = 'aws.amazon.com/lambda/pricing';
const DYNAMODB = 'aws.amazon.com/dynamodb/pricing/on-demand';
const STEP_FUNCTIONS = 'aws.amazon.com/step-functions/pricing';
const SQS = 'aws.amazon.com/sqs/pricing';
const EVENTBRIDGE = 'aws.amazon.com/eventbridge/pricing';
const CLOUDWATCH = 'aws.amazon.com/cloudwatch/pricing';
const CLOUDFRONT = 'aws.amazon.com/cloudfront/pricing';
const EC2 = 'aws.amazon.com/ec2/pricing/on-demand';
const FARGATE = 'aws.amazon.com/fargate/pricing';
const ELASTICACHE = 'aws.amazon.com/elasticache/pricing';
const ELB = 'aws.amazon.com/elasticloadbalancing/pricing';

// prettier-ignore
export const PRICES = {
  webSocketMessages: { dollars: 1, per: MILLION, unit: 'messages in or out, per started 32 KB', service: 'API Gateway WebSocket', source: API_GATEWAY },
  connectionMinutes: { dollars: 0.25, per: MILLION, unit: 'connection minutes', service: 'API Gateway WebSocket', source: API_GATEWAY },
  httpRequests: { dollars: 1, per: MILLION, unit: 'requests, per started 512 KB', service: 'API Gateway HTTP API', source: API_GATEWAY },
  lambdaSeconds: { dollars: 0.0000133334, per: 1, unit: 'GB-seconds on arm64, per ms', service: 'Lambda', source: LAMBDA },
  lambdaRequests: { dollars: 0.2, per: MILLION, unit: 'requests', service: 'Lambda', source: LAMBDA },
  writeUnits: { dollars: 0.625, per: MILLION, unit: 'write request units of 1 KB', service: 'DynamoDB', source: DYNAMODB },
  readUnits: { dollars: 0.125, per: MILLION, unit: 'read request units of 4 KB', service: 'DynamoDB', source: DYNAMODB },
  tableStorage: { dollars: 0.25, per: 1, unit: 'GB-months stored', service: 'DynamoDB', source: DYNAMODB },
  tableRecovery: { dollars: 0.2, per: 1, unit: 'GB-months of point-in-time recovery', service: 'DynamoDB', source: DYNAMODB },
  stateTransitions: { dollars: 25, per: MILLION, unit: 'state transitions', service: 'Step Functions', source: STEP_FUNCTIONS },
  queueRequests: { dollars: 0.4, per: MILLION, unit: 'requests, per started 64 KB', service: 'SQS', source: SQS },
  busEvents: { dollars: 1, per: MILLION, unit: 'custom events, per started 64 KB', service: 'EventBridge', source: EVENTBRIDGE },
  logBytes: { dollars: 0.5, per: 1e9, unit: 'bytes ingested', service: 'CloudWatch', source: CLOUDWATCH },
  metrics: { dollars: 0.3, per: 1, unit: 'custom metric-months', service: 'CloudWatch', source: CLOUDWATCH },
  alarms: { dollars: 0.1, per: 1, unit: 'alarm-months', service: 'CloudWatch', source: CLOUDWATCH },
  dashboards: { dollars: 3, per: 1, unit: 'dashboard-months', service: 'CloudWatch', source: CLOUDWATCH },
  edgeBytes: { dollars: 0.085, per: 1e9, unit: 'bytes out', service: 'CloudFront', source: CLOUDFRONT },
  edgeRequests: { dollars: 1, per: MILLION, unit: 'HTTPS requests', service: 'CloudFront', source: CLOUDFRONT },
  edgeFunctions: { dollars: 0.1, per: MILLION, unit: 'function calls', service: 'CloudFront', source: CLOUDFRONT },
  egressBytes: { dollars: 0.09, per: 1e9, unit: 'bytes to the internet', service: 'Transfer', source: EC2 },
  fargateCpu: { dollars: 0.04048, per: 1, unit: 'vCPU-hours', service: 'Fargate', source: FARGATE },
  fargateMemory: { dollars: 0.004445, per: 1, unit: 'GB-hours', service: 'Fargate', source: FARGATE },
  cacheNode: { dollars: 0.017, per: 1, unit: 'hours of a cache.t3.micro', service: 'ElastiCache', source: ELASTICACHE },
  loadBalancer: { dollars: 0.0225, per: 1, unit: 'hours, without capacity units', service: 'Load balancer', source: ELB },
  ec2Medium: { dollars: 0.0416, per: 1, unit: 'hours of a t3.medium', service: 'EC2', source: EC2 },
} as const satisfies Readonly<Record<string, Price>>;
export type PriceName = keyof typeof PRICES;

/** What so many of a price's units cost, dollars. */
export function costOf(price: PriceName, units: number): number {
  const { dollars, per } = PRICES[price];
  return (units * dollars) / per;
}

/** An amount of usage in the units of its price. */
const BILLED: Readonly<Record<UsageName, { readonly price: PriceName; readonly units: number }>> = {
  messages: { price: 'webSocketMessages', units: 1 },
  connectedMs: { price: 'connectionMinutes', units: 1 / 60_000 },
  requests: { price: 'lambdaRequests', units: 1 },
  mbMs: { price: 'lambdaSeconds', units: 1 / (1_024 * 1_000) },
  writes: { price: 'writeUnits', units: 1 },
  reads: { price: 'readUnits', units: 1 },
  transitions: { price: 'stateTransitions', units: 1 },
  queue: { price: 'queueRequests', units: 1 },
  events: { price: 'busEvents', units: 1 },
  log: { price: 'logBytes', units: 1 },
  egress: { price: 'egressBytes', units: 1 },
};

export interface BillLine {
  readonly service: string;
  readonly unit: string;
  readonly units: number;
  readonly dollars: number;
}
export interface Bill {
  readonly lines: readonly BillLine[];
  readonly dollars: number;
}

/** What an amount of usage costs, a line for each thing that is billed. */
export function billOf(usage: Usage): Bill {
  const lines = USAGE_NAMES.map((name): BillLine => {
    const { price, units: factor } = BILLED[name];
    const { service, unit } = PRICES[price];
    const units = usage[name] * factor;
    return { service, unit, units, dollars: costOf(price, units) };
  });
  return { lines, dollars: lines.reduce((sum, { dollars }) => sum + dollars, 0) };
}

/** What an amount of usage costs, in billionths of a dollar, which are whole enough to be counted. */
export function nanodollarsOf(usage: Usage): number {
  return Math.round(billOf(usage).dollars * 1e9);
}
