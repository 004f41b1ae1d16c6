// How long AWS takes, as the benchmarks assume it (docs/aws-facts.md, "Latency profile"): one row a call, drawn from a log-normal
// distribution through its p50 and p99. Nothing here was measured by us; what is printed from it says so.

import { chanceFrom } from '../play/moves.ts';
import type { Chance } from '../play/moves.ts';

/** A call's time in ms, and where the two numbers come from. */
export interface Row {
  readonly p50: number;
  readonly p99: number;
  readonly call: string;
  readonly from: 'estimate' | 'published' | 'measured by others';
}

/** Same region, warm functions. */
export const PROFILE = {
  frame: row(12, 40, 'client frame to the start of its function', 'estimate'),
  read: row(4, 12, 'DynamoDB Query, GetItem', 'published'),
  write: row(5, 15, 'DynamoDB PutItem, UpdateItem, DeleteItem', 'published'),
  invoke: row(8, 30, 'Lambda invoke by request, on top of what the function takes', 'estimate'),
  event: row(8, 30, 'Lambda invoke as an event: the call returns', 'estimate'),
  eventStart: row(40, 100, 'Lambda invoke as an event: to the start of the function', 'measured by others'),
  post: row(8, 30, 'postToConnection', 'estimate'),
  out: row(4, 12, 'API Gateway to the client', 'estimate'),
  enqueue: row(8, 30, 'SQS SendMessage', 'estimate'),
  queueStart: row(16, 105, 'SQS: due to the start of the function', 'measured by others'),
  task: row(12, 40, 'Step Functions StartExecution, SendTask*', 'estimate'),
  nextState: row(60, 200, "Step Functions: state left to the start of the next one's function", 'estimate'),
  bus: row(148, 387, 'EventBridge: put to the start of the function', 'measured by others'),
  stream: row(213, 552, 'DynamoDB Streams: write to the start of the function', 'measured by others'),
  coldStart: row(250, 500, 'cold start of a function (init, 1 GB, bundled SDK)', 'published'),
} as const satisfies Readonly<Record<string, Row>>;

export type RowName = keyof typeof PROFILE;
export type Profile = Readonly<Record<RowName, Row>>;

/** Draws a time in ms for one call. */
export type Sample = (name: RowName) => number;

/** Said with every figure that comes from the profile. */
export const DISCLAIMER =
  "AWS's share is drawn from the profile of docs/aws-facts.md (published figures and estimates), not measured on AWS";

/** The standard normal distribution's 99th percentile. */
const Z99 = 2.3263478740408408;

/** A seeded generator of times: the same seed gives the same times of a row, whatever is drawn from the others meanwhile. */
export function sampleFrom(profile: Profile, seed: number): Sample {
  const chances = new Map<RowName, Chance>(
    rowNames().map((name, place) => [name, chanceFrom(seed * 1_000 + place)]),
  );
  return (name) => {
    const chance = chances.get(name);
    if (chance === undefined) throw new RangeError(`The profile has no row ${name}`);
    return logNormal(profile[name], chance);
  };
}

/** The names of all rows. */
export function rowNames(): readonly RowName[] {
  return Object.keys(PROFILE) as RowName[];
}

/** The profile with rows replaced, each given as `name=p50,p99` in ms. Throws with what is wrong. */
export function withRows(given: readonly string[]): Profile {
  const replaced = given.map((text): readonly [RowName, Row] => {
    const [, name = '', p50 = '', p99 = ''] = /^(\w+)=([\d.]+),([\d.]+)$/.exec(text) ?? [];
    const known = rowNames().find((each) => each === name);
    if (known === undefined)
      throw new RangeError(`"${text}": give one of ${rowNames().join(', ')} as name=p50,p99`);
    const times = { p50: Number(p50), p99: Number(p99) };
    if (!(times.p50 > 0 && times.p99 >= times.p50)) throw new RangeError(`"${text}": 0 < p50 <= p99, in ms`);
    return [known, { ...PROFILE[known], ...times }];
  });
  return { ...PROFILE, ...Object.fromEntries(replaced) };
}

function logNormal({ p50, p99 }: Row, chance: Chance): number {
  const sigma = Math.log(p99 / p50) / Z99;
  return p50 * Math.exp(sigma * normal(chance));
}

/** Box and Muller's way to a standard normal number. */
function normal(chance: Chance): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
}

function row(p50: number, p99: number, call: string, from: Row['from']): Row {
  return { p50, p99, call, from };
}
