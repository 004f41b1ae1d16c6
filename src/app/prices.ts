// What AWS charges, in one table: every sum of money in this repository is computed from it. us-east-1 list prices as in
// docs/aws-facts.md, without free tiers and discounts; above each group the page that has them. And what an amount of usage costs by them.

import { USAGE_NAMES } from '../room/usage.ts';
import type { Usage, UsageName } from '../room/usage.ts';

export interface Price {
  readonly dollars: number;
  /** For so many of the unit. */
  readonly per: number;
  readonly unit: string;
  readonly service: string;
}

const MILLION = 1_000_000;

// prettier-ignore
export const PRICES = {
  // aws.amazon.com/api-gateway/pricing
  webSocketMessages: { dollars: 1, per: MILLION, unit: 'messages in or out, per started 32 KB', service: 'API Gateway WebSocket' },
  connectionMinutes: { dollars: 0.25, per: MILLION, unit: 'connection minutes', service: 'API Gateway WebSocket' },
  httpRequests: { dollars: 1, per: MILLION, unit: 'requests, per started 512 KB', service: 'API Gateway HTTP API' },
  // aws.amazon.com/lambda/pricing
  lambdaSeconds: { dollars: 0.0000133334, per: 1, unit: 'GB-seconds on arm64, per ms', service: 'Lambda' },
  lambdaRequests: { dollars: 0.2, per: MILLION, unit: 'requests', service: 'Lambda' },
  // aws.amazon.com/dynamodb/pricing/on-demand
  writeUnits: { dollars: 0.625, per: MILLION, unit: 'write request units of 1 KB', service: 'DynamoDB' },
  readUnits: { dollars: 0.125, per: MILLION, unit: 'read request units of 4 KB', service: 'DynamoDB' },
  tableStorage: { dollars: 0.25, per: 1, unit: 'GB-months stored', service: 'DynamoDB' },
  tableRecovery: { dollars: 0.2, per: 1, unit: 'GB-months of point-in-time recovery', service: 'DynamoDB' },
  // aws.amazon.com/step-functions/pricing
  stateTransitions: { dollars: 25, per: MILLION, unit: 'state transitions', service: 'Step Functions' },
  // aws.amazon.com/sqs/pricing
  queueRequests: { dollars: 0.4, per: MILLION, unit: 'requests, per started 64 KB', service: 'SQS' },
  // aws.amazon.com/eventbridge/pricing
  busEvents: { dollars: 1, per: MILLION, unit: 'custom events, per started 64 KB', service: 'EventBridge' },
  // aws.amazon.com/cloudwatch/pricing
  logBytes: { dollars: 0.5, per: 1e9, unit: 'bytes ingested', service: 'CloudWatch' },
  metrics: { dollars: 0.3, per: 1, unit: 'custom metric-months', service: 'CloudWatch' },
  alarms: { dollars: 0.1, per: 1, unit: 'alarm-months', service: 'CloudWatch' },
  dashboards: { dollars: 3, per: 1, unit: 'dashboard-months', service: 'CloudWatch' },
  // aws.amazon.com/cloudfront/pricing
  edgeBytes: { dollars: 0.085, per: 1e9, unit: 'bytes out', service: 'CloudFront' },
  edgeRequests: { dollars: 1, per: MILLION, unit: 'HTTPS requests', service: 'CloudFront' },
  edgeFunctions: { dollars: 0.1, per: MILLION, unit: 'function calls', service: 'CloudFront' },
  // aws.amazon.com/ec2/pricing/on-demand
  egressBytes: { dollars: 0.09, per: 1e9, unit: 'bytes to the internet', service: 'Transfer' },
  // aws.amazon.com/fargate/pricing
  fargateCpu: { dollars: 0.04048, per: 1, unit: 'vCPU-hours', service: 'Fargate' },
  fargateMemory: { dollars: 0.004445, per: 1, unit: 'GB-hours', service: 'Fargate' },
  // aws.amazon.com/elasticache/pricing
  cacheNode: { dollars: 0.017, per: 1, unit: 'hours of a cache.t3.micro', service: 'ElastiCache' },
  // aws.amazon.com/elasticloadbalancing/pricing
  loadBalancer: { dollars: 0.0225, per: 1, unit: 'hours, without capacity units', service: 'Load balancer' },
  // aws.amazon.com/ec2/pricing/on-demand
  ec2Medium: { dollars: 0.0416, per: 1, unit: 'hours of a t3.medium', service: 'EC2' },
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
