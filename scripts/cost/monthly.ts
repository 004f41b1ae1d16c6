// A month of it: what a stage costs without a game, with so many games, and what the same would cost on servers.

import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { costOf, PRICES } from '../../src/app/prices.ts';
import type { PriceName } from '../../src/app/prices.ts';
import { METRIC_NAMES } from '../../src/aws/metrics.ts';

/** As AWS counts a month. */
export const HOURS_A_MONTH = 730;

/** A line of a monthly bill: so many units of a price. */
export interface MonthlyLine {
  readonly what: string;
  readonly price: PriceName;
  readonly units: number;
}
export const dollarsOf = (lines: readonly MonthlyLine[]): number =>
  lines.reduce((sum, { price, units }) => sum + costOf(price, units), 0);

/** What of the template costs something without a game. */
export interface Standing {
  readonly polledQueues: number;
  /** Metrics that alarms look at: each is billed as an alarm. */
  readonly alarms: number;
  /** The same of the alarms that a stage has besides where it asks for them (`moreAlarms`); none in a packaged template, which has them or not. */
  readonly moreAlarms: number;
  readonly dashboards: number;
}

const Resource = z.looseObject({
  Type: z.optional(z.string()),
  Properties: z.optional(
    z.looseObject({ Metrics: z.optional(z.array(z.looseObject({ MetricStat: z.optional(z.unknown()) }))) }),
  ),
});
type Resource = z.infer<typeof Resource>;
const Resources = z.record(z.string(), Resource);
const Functions = z.record(
  z.string(),
  z.looseObject({ events: z.optional(z.array(z.record(z.string(), z.unknown()))) }),
);
const Service = z.looseObject({ functions: Functions, resources: z.array(z.unknown()) });
const Fragment = z.looseObject({ Resources: z.optional(Resources) });
const Packaged = z.looseObject({ Resources: Resources });

/** Counts in a packaged template (`npx sls package`), which is what is deployed. */
export function standingOfTemplate(file: string): Standing {
  const { Resources: all } = Packaged.parse(JSON.parse(readFileSync(file, 'utf8')));
  const count = countIn(Object.values(all));
  return { ...count, moreAlarms: 0, polledQueues: numberOf(all, 'AWS::Lambda::EventSourceMapping') };
}

/** Counts in the sources of the template: `serverless.yml` and its fragments. */
export function standingOfSources(root: URL): Standing {
  const service = Service.parse(read(new URL('serverless.yml', root)));
  const infra = new URL('infra/', root);
  const resourcesIn = (names: readonly string[]) =>
    names.flatMap((name) => Object.values(Fragment.parse(read(new URL(name, infra))).Resources ?? {}));
  const files = readdirSync(infra).filter((name) => name.endsWith('.yml'));
  const always = files.filter((name) => service.resources.includes(`\${file(./infra/${name})}`));
  const sometimes = files.filter((name) => !always.includes(name));
  const events = Object.values(service.functions).flatMap(({ events: each = [] }) => each);
  return {
    ...countIn(resourcesIn(always)),
    moreAlarms: countIn(resourcesIn(sometimes)).alarms,
    polledQueues: events.filter((event) => 'sqs' in event).length,
  };
}

function countIn(resources: readonly Resource[]): Pick<Standing, 'alarms' | 'dashboards'> {
  const alarms = resources.filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  return {
    alarms: alarms.reduce((sum, alarm) => sum + metricsOf(alarm), 0),
    dashboards: resources.filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard').length,
  };
}

/** What an expression is computed from is billed, the expression is not; a query (without metrics of its own) by what it finds, one here. */
function metricsOf({ Properties }: Resource): number {
  const metrics = Properties?.Metrics?.filter(({ MetricStat }) => MetricStat !== undefined) ?? [];
  return Math.max(1, metrics.length);
}

function numberOf(resources: z.infer<typeof Resources>, type: string): number {
  return Object.values(resources).filter(({ Type }) => Type === type).length;
}

function read(file: URL): unknown {
  return parse(readFileSync(file, 'utf8'), { logLevel: 'error' });
}

/** Lambda polls a queue with five pollers, each of which waits 20 s for a message: three requests a minute. */
const POLLERS = 5;
const POLLS_A_MINUTE = 3;
/** What a stage keeps that nobody has played on lately: directory, statistics and the last logs, far below this. */
const KEPT_GB = 0.1;

/** A month without a game. Custom metrics are billed by the hour in which they are sent: without games there are none. */
export function idleMonth({ polledQueues, alarms, dashboards }: Standing): readonly MonthlyLine[] {
  return [
    {
      what: `long polling of ${polledQueues} queue${polledQueues === 1 ? '' : 's'}`,
      price: 'queueRequests',
      units: polledQueues * POLLERS * POLLS_A_MINUTE * 60 * HOURS_A_MONTH,
    },
    { what: `${alarms} alarms`, price: 'alarms', units: alarms },
    // Three dashboards of an account are free for ever, which is no trial: only those beyond them are counted.
    {
      what: `${dashboards} dashboard, of three that are free`,
      price: 'dashboards',
      units: Math.max(0, dashboards - 3),
    },
    { what: 'table, at most 0.1 GB', price: 'tableStorage', units: KEPT_GB },
    { what: 'its point-in-time recovery', price: 'tableRecovery', units: KEPT_GB },
  ];
}

/** What comes on top as soon as there are games, however many. */
export function playedMonth(standing: Standing): readonly MonthlyLine[] {
  const metrics = METRIC_NAMES.length;
  return [...idleMonth(standing), { what: `${metrics} custom metrics`, price: 'metrics', units: metrics }];
}

const TRANSFER_GB = 20 / (PRICES.egressBytes.dollars * (1e9 / PRICES.egressBytes.per));
const transfer = (): MonthlyLine => ({
  what: '$20 of transfer',
  price: 'egressBytes',
  units: TRANSFER_GB * 1e9,
});

/** The alternatives of docs/aws-facts.md: both are up day and night, and are two of each so that one may fail. */
export const ALTERNATIVES: Readonly<Record<'ec2' | 'hybrid', readonly MonthlyLine[]>> = {
  ec2: [
    { what: '2 t3.medium', price: 'ec2Medium', units: 2 * HOURS_A_MONTH },
    { what: 'a load balancer', price: 'loadBalancer', units: HOURS_A_MONTH },
    transfer(),
  ],
  hybrid: [
    { what: '2 tasks of 0.5 vCPU', price: 'fargateCpu', units: 2 * 0.5 * HOURS_A_MONTH },
    { what: 'and 1 GB', price: 'fargateMemory', units: 2 * 1 * HOURS_A_MONTH },
    { what: '2 cache.t3.micro', price: 'cacheNode', units: 2 * HOURS_A_MONTH },
    { what: 'a load balancer', price: 'loadBalancer', units: HOURS_A_MONTH },
    { what: '$2 of Lambda', price: 'lambdaSeconds', units: 2 / PRICES.lambdaSeconds.dollars },
    transfer(),
  ],
};

/** Games a month at which ours costs as much as an alternative. */
export function crossingAt(alternative: number, fixed: number, perGame: number): number {
  return Math.max(0, Math.floor((alternative - fixed) / perGame));
}
