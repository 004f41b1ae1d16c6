import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execute } from '../../../src/app/execute.ts';
import { createMeter, meteredPorts, metersRun, usageOfReply } from '../../../src/app/meter.ts';
import type { Meter, Ports } from '../../../src/app/ports.ts';
import { addUsage, NO_USAGE } from '../../../src/room/usage.ts';
import type { Usage } from '../../../src/room/usage.ts';
import { createWorld } from '../../support/memory-ports.ts';
import type { World } from '../../support/memory-ports.ts';
import { usage as anyUsage } from '../../support/rooms.ts';
import { happened } from '../../support/players.ts';
import { gameAt, PEOPLE } from '../../support/room.ts';

const ROOM = 'ABC234';
let world: World;
let meter: Meter;
let ports: Ports;

beforeEach(() => {
  world = createWorld();
  meter = createMeter();
  ports = meteredPorts({ ...world.ports, meter }, meter);
});

const declare = (id: string) => ({
  room: ROOM,
  by: PEOPLE[1].player,
  commandId: id,
  command: { type: 'declare', connection: PEOPLE[1].connection, value: 2 } as const,
  sender: { connection: PEOPLE[1].connection },
});
const lastCommit = () => world.table.logOf(ROOM).commits.at(-1);

describe('a meter', () => {
  test('loses nothing and counts nothing twice, whatever a commit said of itself in advance', () => {
    const steps = fc.array(
      fc.oneof(
        anyUsage.map((used) => ({ used })),
        anyUsage.map((own) => ({ own })),
      ),
    );
    fc.assert(
      fc.property(steps, (all) => {
        const one = createMeter();
        let used = NO_USAGE;
        let carried = NO_USAGE;
        for (const step of all) {
          if ('used' in step) {
            one.use(ROOM, step.used);
            used = addUsage(used, step.used);
            continue;
          }
          const bill = one.bill(ROOM, step.own) ?? NO_USAGE;
          one.paid(ROOM, bill);
          carried = addUsage(carried, bill);
          // And then it does what it said.
          one.use(ROOM, step.own);
          used = addUsage(used, step.own);
        }
        expect(addUsage(carried, one.bill(ROOM, {}) ?? {})).toEqual(used);
      }),
    );
  });

  test('keeps rooms apart', () => {
    meter.use('A', { messages: 2 });
    meter.use('B', { messages: 3 });
    expect(meter.bill('A', {})).toEqual({ ...NO_USAGE, messages: 2 });
    meter.forget('A');
    expect(meter.bill('A', {})).toEqual(NO_USAGE);
    expect(meter.bill('B', { log: 1 })).toEqual({ ...NO_USAGE, messages: 3, log: 1 });
  });

  test('forgets the oldest of very many rooms', () => {
    for (let room = 0; room < 600; room++) meter.use(`R${room}`, { reads: 1 });
    expect(meter.bill('R0', {})).toEqual(NO_USAGE);
    expect(meter.bill('R599', {})).toEqual({ ...NO_USAGE, reads: 1 });
  });
});

describe('a commit of a game', () => {
  beforeEach(() => {
    happened(world, gameAt('declaration'));
  });

  test('carries its write, the frames of all four, the broadcaster and the time since the last', async () => {
    const at = world.table.recordOf(ROOM).at;
    world.pass(3);
    await execute(ports, declare('one'));
    const { usage } = lastCommit() ?? {};
    expect(usage).toMatchObject({ writes: 1, messages: 4, requests: 1, connectedMs: 4 * (world.now - at) });
    const bytes = world.deliveries
      .flatMap(({ sends }) => sends.flatMap(({ frames }) => frames))
      .reduce((sum, frame) => sum + JSON.stringify(frame).length, 0);
    // Three by the broadcaster, one as the reply.
    expect(usage?.egress).toBeGreaterThan(bytes);
    expect(world.table.recordOf(ROOM).usage).toEqual(usage);
  });

  test('carries what was used before it, a lost race for instance', async () => {
    meter.use(ROOM, { writes: 1, reads: 2.5, queue: 3 });
    await execute(ports, declare('one'));
    expect(lastCommit()?.usage).toMatchObject({ writes: 2, reads: 2.5, queue: 3 });
  });

  test('that loses the race leaves everything to the next', async () => {
    meter.use(ROOM, { reads: 4 });
    world.faults.before('append', () =>
      execute(world.ports, {
        ...declare('other'),
        by: 'presence',
        command: { type: 'disconnect', connection: PEOPLE[3].connection, cause: 'closed' },
      }),
    );
    await execute(ports, declare('one'));
    const carried = world.table.logOf(ROOM).commits.map(({ usage }) => usage?.reads ?? 0);
    expect(carried.reduce((sum, reads) => sum + reads, 0)).toBe(4);
    expect(lastCommit()?.usage).toMatchObject({ reads: 4 });
  });

  test('is summed by the record, from the start of a game on', () => {
    const { usage } = world.table.recordOf(ROOM);
    expect(usage).toEqual(NO_USAGE);
  });
});

test('a room without a game carries nothing and gathers nothing', async () => {
  meter.use(ROOM, { reads: 4 });
  await execute(ports, {
    room: ROOM,
    by: PEOPLE[1].player,
    commandId: 'open',
    command: {
      type: 'openRoom',
      room: ROOM,
      player: PEOPLE[1].player,
      name: 'Ann',
      isPrivate: false,
      settings: world.ports.settings,
    },
  });
  expect(lastCommit()).not.toHaveProperty('usage');
  expect(meter.bill(ROOM, {})).toMatchObject({ reads: 0 });
});

describe('around a function', () => {
  const used = (): Usage => meter.bill(ROOM, {}) ?? NO_USAGE;

  test('a run is counted with what it was called for, and its time by its memory, also when it fails', async () => {
    const run = { room: ROOM, memoryMb: 512, cause: { transitions: 1 } };
    const work = async (): Promise<never> => {
      world.pass(0.02);
      return Promise.reject(new Error('no'));
    };
    await expect(metersRun(ports, run, work)).rejects.toThrow('no');
    expect(used()).toEqual({ ...NO_USAGE, requests: 1, transitions: 1, mbMs: 20 * 512 });
  });

  test('one of a batch has its share', async () => {
    await metersRun(ports, { room: ROOM, memoryMb: 1_024, cause: { queue: 1 }, share: 0.5 }, () => {
      world.pass(0.01);
      return Promise.resolve();
    });
    expect(used()).toEqual({ ...NO_USAGE, requests: 0.5, queue: 1, mbMs: 5 * 1_024 });
  });

  test('ticks of rooms and log lines about them are counted, and a reply by its bytes', async () => {
    await ports.ticks.schedule({ kind: 'room', roomId: ROOM, seq: 1, due: 0 }, 1);
    await ports.ticks.schedule({ kind: 'lobby' }, 1);
    ports.log.info('frame', { room: ROOM });
    ports.log.info('frame', {});
    expect(used()).toMatchObject({ queue: 1 });
    expect(used().log).toBeGreaterThan(100);
    expect(used().log).toBeLessThan(300);
    expect(usageOfReply('größe')).toEqual({ messages: 1, egress: 7 });
    expect(usageOfReply('x'.repeat(40_000)).messages).toBe(2);
  });
});
