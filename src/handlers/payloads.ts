// What our own services call the functions with, checked: the publisher's delivery, the queues' messages, the state machine's tasks.

import * as z from 'zod/mini';
import { finishedGame, finishedSeat } from '../store/finished-schema.ts';

/** The frames are not looked into: they come from `src/protocol` and are only passed on. */
export const DeliveryPayload = z.object({
  roomId: z.string(),
  seq: z.int(),
  sends: z.array(
    z.object({
      connectionId: z.string(),
      frames: z.array(z.looseObject({})),
      close: z.exactOptional(z.literal(true)),
    }),
  ),
  errands: z.exactOptional(
    z.array(
      z.discriminatedUnion('effect', [
        z.object({ effect: z.literal('heartbeat'), token: z.string() }),
        z.object({
          effect: z.literal('completeTask'),
          token: z.string(),
          phase: z.literal(['preparation', 'declaration', 'turns']),
          round: z.int(),
        }),
        z.object({
          effect: z.literal('scheduleTick'),
          seq: z.int(),
          due: z.number(),
          delaySeconds: z.int(),
        }),
      ]),
    ),
  ),
});

/** What SQS hands over: some messages, each with the text that was sent. */
export const QueueBatch = z.object({
  Records: z.array(z.object({ messageId: z.string(), body: z.string() })),
});

export const TickPayload = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('room'), roomId: z.string(), seq: z.int(), due: z.number() }),
  z.object({ kind: z.literal('lobby') }),
]);

const game = { roomId: z.string(), game: z.int() };
export const PhasePayload = z.discriminatedUnion('phase', [
  z.object({
    phase: z.literal(['preparation', 'declaration', 'turns']),
    ...game,
    round: z.int(),
    token: z.string(),
  }),
  z.object({ phase: z.literal('game_over'), ...game }),
  z.object({ phase: z.literal('abort'), ...game, error: z.optional(z.unknown()) }),
]);

/** An alarm's change of state; an execution's end (EventBridge); the hour. */
export const AlarmPayload = z.discriminatedUnion('source', [
  z.object({
    source: z.literal('aws.cloudwatch'),
    alarmData: z.object({
      alarmName: z.string(),
      state: z.object({ value: z.string(), reason: z.string() }),
    }),
  }),
  z.object({
    source: z.literal('aws.states'),
    detail: z.object({ name: z.string(), status: z.string() }),
  }),
  z.object({ source: z.literal('aws.events') }),
]);

/** The event `game.finished` in EventBridge's envelope. Fields of the detail that are new are left out until somebody reads them. */
export const GameFinishedEvent = z.object({
  version: z.string(),
  id: z.string(),
  'detail-type': z.literal('game.finished'),
  source: z.literal('liap-tui'),
  account: z.string(),
  time: z.iso.datetime(),
  region: z.string(),
  resources: z.array(z.string()),
  detail: z.object({ ...finishedGame, seats: z.array(z.object(finishedSeat)) }),
});
