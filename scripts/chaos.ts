// `npm run chaos`: four clients play whole games on the local cloud while its processes are killed, sockets are cut and frames
// sent twice. A game must end, everybody must see what the log says, nobody may lose a seat, nothing may be done twice.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import WebSocket from 'ws';
import { MOST, wholeNumber } from './arguments.ts';
import { parseSettings } from '../src/app/settings.ts';
import { SEATS } from '../src/game/seats.ts';
import { stateFrame } from '../src/protocol/frames.ts';
import type { Commit, RoomRecord } from '../src/room/record.ts';
import { viewFor } from '../src/room/view.ts';
import { createStore } from '../src/store/store.ts';
import type { Store } from '../src/store/store.ts';
import { Client, openSession } from '../src/web/client.ts';
import { startLocal } from './local/cloud.ts';
import type { LocalCloud } from './local/cloud.ts';
import { chanceFrom, moveFor, occasionIn } from './play/moves.ts';
import type { Chance } from './play/moves.ts';

const NAMES = ['Ann', 'Bea', 'Cid', 'Dee'] as const;
const CHILDREN = ['functions', 'steps', 'database'] as const;
/** Short clocks, so that what the move clock heals is healed while one watches. */
const SETTINGS = {
  moveSeconds: 8,
  redealSeconds: 5,
  roundStartSeconds: 1,
  turnResultsSeconds: 1,
  scoringSeconds: 1,
  graceSeconds: 20,
  maxRounds: 2,
};
const PATIENCE_MS = 240_000;
/** Between two misfortunes; a killed process needs some seconds to come back. */
const LEAST_CALM_MS = 2_500;
const MOST_CALM_MS = 7_000;
const REPEATED_SHARE = 0.2;

const { games, seed } = new Command('chaos')
  .description(
    'Plays whole games on a local cloud whose processes are killed, with sockets cut and frames sent twice.',
  )
  .option('--games <count>', 'how many, one after the other', wholeNumber(0, MOST), 1)
  .option(
    '--seed <number>',
    'decides moves and misfortunes as far as time lets it',
    wholeNumber(0, MOST),
    Date.now() % 10_000,
  )
  .parse()
  .opts<{ games: number; seed: number }>();

// What is kept in memory alone would not survive a kill.
const dataFolder = await mkdtemp(join(tmpdir(), 'liap-chaos-'));
const cloud = await startLocal({
  dataFolder,
  settings: parseSettings(JSON.stringify(SETTINGS)),
  logLevel: 'error',
});
try {
  for (let game = 0; game < games; game++) console.log(await playThrough(cloud, seed + game));
  console.log(`${games} passed, 0 failed`);
} catch (error) {
  console.error(`Failed (--seed ${seed}): ${error instanceof Error ? error.message : String(error)}`);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
} finally {
  await cloud.stop();
  await rm(dataFolder, { recursive: true, force: true });
}

/** One game. Returns a line about it; throws with what is wrong. */
async function playThrough(where: LocalCloud, seedOfGame: number): Promise<string> {
  const chance = chanceFrom(seedOfGame);
  const toll = { kills: new Map<string, number>(), cuts: 0, repeats: 0 };
  const sockets = new Set<WebSocket>();
  const Socket = frailSocket(sockets, () => {
    const isRepeated = chance() < REPEATED_SHARE;
    if (isRepeated) toll.repeats++;
    return isRepeated;
  });
  const room = await gather(where.url, Socket);
  const started = Date.now();
  const players = room.players.map(({ client, name }) => playOn(client, name, chance));
  const isOver = (): boolean => room.players.every(({ client }) => client.state.game?.phase === 'game_over');
  try {
    while (!isOver()) {
      if (Date.now() - started > PATIENCE_MS)
        throw new Error(`No end in ${PATIENCE_MS / 1_000} s: ${statesOf(room.players)}`);
      await pause(LEAST_CALM_MS + chance() * (MOST_CALM_MS - LEAST_CALM_MS));
      if (!isOver()) strike(where, sockets, chance, toll);
    }
    await settled(where, room);
    const { commits } = await checkLog(storeAt(where), room.id);
    const kills = [...toll.kills].map(([child, count]) => `${child} ${count}`).join(', ');
    return `Room ${room.id}, seed ${seedOfGame}: game over after ${((Date.now() - started) / 1_000).toFixed(0)} s and ${commits} commits; killed ${kills}; ${toll.cuts} sockets cut, ${toll.repeats} frames sent twice.`;
  } finally {
    for (const stop of players) stop();
    for (const { client } of room.players) client.close();
  }
}

interface ChaosPlayer {
  readonly name: string;
  readonly client: Client;
}
interface ChaosRoom {
  readonly id: string;
  readonly players: readonly ChaosPlayer[];
}

// ---- Misfortunes ----

interface Toll {
  readonly kills: Map<string, number>;
  cuts: number;
  repeats: number;
}

/** One process dies, or one player's network. */
function strike(where: LocalCloud, sockets: ReadonlySet<WebSocket>, chance: Chance, toll: Toll): void {
  const victim = CHILDREN[Math.floor(chance() * (CHILDREN.length + 2))];
  const pid = victim === undefined ? undefined : where.pids()[victim];
  if (victim !== undefined && pid !== undefined) {
    process.kill(pid, 'SIGKILL');
    toll.kills.set(victim, (toll.kills.get(victim) ?? 0) + 1);
    return;
  }
  const open = [...sockets];
  open[Math.floor(chance() * open.length)]?.terminate();
  toll.cuts++;
}

/** A socket that can be cut, and that sends some frames twice. */
function frailSocket(
  sockets: Set<WebSocket>,
  isRepeated: () => boolean,
): new (url: string) => globalThis.WebSocket {
  class FrailSocket extends WebSocket {
    constructor(url: string) {
      super(url);
      sockets.add(this);
      this.on('close', () => sockets.delete(this));
    }

    override send(text: string): void {
      if (this.readyState !== WebSocket.OPEN) return;
      super.send(text);
      if (isRepeated()) super.send(text);
    }
  }
  return FrailSocket as unknown as new (url: string) => globalThis.WebSocket;
}

// ---- The players ----

async function gather(url: string, Socket: new (url: string) => globalThis.WebSocket): Promise<ChaosRoom> {
  let id = '';
  const players: ChaosPlayer[] = [];
  for (const name of NAMES) {
    const { token: session } = await openSession(url);
    const lobby = new Client({ url, place: 'lobby', session });
    const answer =
      id === ''
        ? await lobby.send('create_room', { player_name: name })
        : await lobby.send('join_room', { room_id: id, player_name: name });
    lobby.close();
    if (!answer.ok) throw new Error(answer.problem.message);
    if (answer.frame.event === 'room_created') id = answer.frame.data.room_id;
    const client = new Client({
      url,
      place: id,
      session,
      playerName: name,
      WebSocket: Socket,
      timing: { backoffMost: 2_000, pingLeast: 4_000, pingMost: 5_000, silence: 4_000 },
    });
    await client.send('get_room_state', {});
    players.push({ name, client });
  }
  const answer = await players[0]?.client.send('start_game', {});
  if (answer?.ok !== true) throw new Error('The game does not start');
  return { id, players };
}

/** Moves whenever the view asks for it, once for each occasion, until stopped. */
function playOn(client: Client, name: string, chance: Chance): () => void {
  let done: string | null = null;
  return client.subscribe(({ game }) => {
    const occasion = game === null ? null : occasionIn(game, name);
    if (game === null || occasion === null || occasion === done) return;
    done = occasion;
    const { event, body } = moveFor(game, name, chance);
    void client.send(event, body);
  });
}

// ---- What must be true in the end ----

/** Everybody's view becomes the log's, within a ping or two. */
async function settled(where: LocalCloud, { id, players }: ChaosRoom): Promise<void> {
  const store = storeAt(where);
  const deadline = Date.now() + 30_000;
  for (;;) {
    const record = await patiently(() => store.load(id));
    const wrong = players.filter(({ name, client }) => !seesRoom(record, name, client));
    if (wrong.length === 0) return;
    if (Date.now() > deadline)
      throw new Error(`${wrong.map(({ name }) => name).join(', ')} do not see the room as it is`);
    await pause(500);
  }
}

function seesRoom(record: RoomRecord, name: string, client: Client): boolean {
  const { room } = record;
  if (room.stage !== 'finished') return false;
  const seat = SEATS.find((each) => room.seats[each].name === name);
  const occupant = seat === undefined ? undefined : room.seats[seat];
  if (seat === undefined || occupant?.kind !== 'human') throw new Error(`${name} has lost the seat`);
  return JSON.stringify(client.state.game) === JSON.stringify(stateFrame(viewFor(room, seat), record).data);
}

/** The log is gapless, no command of a player is in it twice. */
async function checkLog(store: Store, id: string): Promise<{ readonly commits: number }> {
  const commits: Commit[] = [];
  for (let after: number | null = 0; after !== null;) {
    const from: number = after;
    const page = await patiently(() => store.commits(id, { after: from, limit: 100 }));
    commits.push(...page.commits);
    after = page.next;
  }
  const keys = commits
    .filter(({ by }) => !['tick', 'presence'].includes(by))
    .map(({ by, commandId }) => `${by} ${commandId}`);
  if (commits.some(({ seq }, index) => seq !== index + 1)) throw new Error('The log has a gap');
  if (new Set(keys).size !== keys.length) throw new Error('A command is in the log twice');
  return { commits: commits.length };
}

function storeAt({ database }: LocalCloud): Store {
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: database.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
  );
  return createStore({
    client,
    table: database.table,
    historyDays: 7,
    roomTtlSeconds: 3_600,
    now: () => Date.now(),
  });
}

/** The database may be just coming back. */
async function patiently<T>(read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read();
    } catch (error) {
      if (tries === 20) throw error;
      await pause(500);
    }
  }
}

function statesOf(players: readonly ChaosPlayer[]): string {
  return players
    .map(
      ({ name, client: { state } }) =>
        `${name} ${state.status} at ${state.seq} in ${state.game?.phase ?? 'no game'}`,
    )
    .join(', ');
}
