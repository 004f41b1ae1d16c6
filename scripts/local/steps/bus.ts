/** The event bus: what a state puts on it goes, in EventBridge's envelope, to the queue of every rule whose pattern it matches. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Json } from './definition.ts';

/** A rule as the local cloud knows it: events that match the pattern go to that queue (its URL). */
export interface Rule {
  readonly pattern: Pattern;
  readonly queueUrl: string;
}

/** An event before it is on the bus. `resources`: what put it there, ARNs. */
export interface PutEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Json;
}

/** Of EventBridge's patterns lists of texts alone: a field must have one of them. Whatever else there is is refused at start. */
const FIELDS = ['source', 'detail-type', 'account', 'region'] as const;
const Pattern = z.partialRecord(z.enum(FIELDS), z.array(z.string()).min(1));
export type Pattern = z.infer<typeof Pattern>;

const FILE = new URL('../../../infra/results.yml', import.meta.url);
const Template = z.object({
  Resources: z.object({
    GameFinishedRule: z.object({ Properties: z.object({ EventPattern: Pattern }) }),
  }),
});

/** The pattern of the rule in infra/results.yml. */
export function gameFinishedPattern(): Pattern {
  return Template.parse(parse(readFileSync(FILE, 'utf8'))).Resources.GameFinishedRule.Properties.EventPattern;
}

/** Puts an event on the bus; gives its id. */
export function putOnBus(
  event: PutEvent,
  rules: readonly Rule[],
  send: (queue: string, body: string) => void,
): string {
  const envelope = envelopeOf(event);
  for (const { pattern, queueUrl } of rules)
    if (matches(pattern, envelope))
      send(queueUrl.slice(queueUrl.lastIndexOf('/') + 1), JSON.stringify(envelope));
  return envelope.id;
}

type Envelope = ReturnType<typeof envelopeOf>;

function envelopeOf({ source, detailType, resources, detail }: PutEvent) {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: '000000000000',
    // EventBridge tells whole seconds.
    time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    region: 'us-east-1',
    resources,
    detail,
  };
}

function matches(pattern: Pattern, envelope: Envelope): boolean {
  return FIELDS.every((field) => pattern[field]?.includes(envelope[field]) ?? true);
}
