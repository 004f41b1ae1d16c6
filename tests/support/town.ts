// The running local cloud as tests meet it: visitors with cookies, tables in rooms, and the operator who reads the log.

import { setTimeout as sleep } from 'node:timers/promises';
import { chanceFrom, moveFor, occasionIn } from '../../scripts/play/moves.ts';
import type { Move } from '../../scripts/play/moves.ts';
import type { PublicEvent, RoomStats } from '../../src/protocol/http.ts';
import type { GameView } from '../../src/web/client-state.ts';
import { Tab, visit } from './tab.ts';

/** The entry, and the token its operator has. */
export interface Town {
  readonly url: string;
  readonly adminToken: string;
}

/** Players at one table, by name. A tab is replaced when its player comes back over another. */
export interface Table {
  readonly room: string;
  readonly tabs: Map<string, Tab>;
  readonly cookies: ReadonlyMap<string, string>;
}

/** How long a game may take to get somewhere, ms. */
const PATIENCE_MS = 40_000;
const POLL_MS = 10;

/** An answer of the HTTP API to the operator; its body is not checked. */
export async function askOperator<T>(town: Town, path: string): Promise<T> {
  const headers = { authorization: `Bearer ${town.adminToken}` };
  const response = await fetch(`${town.url}${path}`, { headers });
  if (!response.ok) throw new Error(`${path} is answered with ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** All events of a room so far. */
export async function eventsOf(town: Town, room: string): Promise<readonly PublicEvent[]> {
  const events: PublicEvent[] = [];
  for (let after: number | null = 0; after !== null;) {
    const path = `/api/rooms/${room}/events?limit=500&after=${after}`;
    const page: { events: PublicEvent[]; next: number | null } = await askOperator(town, path);
    events.push(...page.events);
    after = page.next;
  }
  return events;
}

/** What the operator sees of a room; undefined when it is not on the first page. */
export async function statsOf(town: Town, room: string): Promise<RoomStats | undefined> {
  const { rooms } = await askOperator<{ rooms: RoomStats[] }>(town, '/api/debug/room-stats?limit=50');
  return rooms.find(({ room_id }) => room_id === room);
}

/** Takes a seat by way of the lobby: in a room there is, else in one of one's own. Its code. */
export async function takeSeat(town: Town, cookie: string, name: string, room?: string): Promise<string> {
  const lobby = await Tab.open(town.url, 'lobby', cookie);
  await lobby.get('room_list_update', 'client_ready', { player_name: name });
  const asked = { player_name: name };
  const { room_id } =
    room === undefined
      ? await lobby.get('room_created', 'create_room', asked)
      : await lobby.get('room_joined', 'join_room', { ...asked, room_id: room });
  await lobby.close();
  return room_id;
}

/** Opens the room's page and says who one is. */
export async function enter(town: Town, table: Table, name: string): Promise<Tab> {
  const tab = await Tab.open(town.url, table.room, table.cookies.get(name) ?? '');
  table.tabs.set(name, tab);
  await tab.get('room_state_update', 'client_ready', { player_name: name, room_id: table.room });
  return tab;
}

/** Visitors with these names in seats 1, 2…; each a browser of its own unless they share a cookie. */
export async function gather(town: Town, names: readonly string[], shared?: string): Promise<Table> {
  const cookies = new Map<string, string>();
  let room: string | undefined;
  for (const name of names) {
    const cookie = shared ?? (await visit(town.url));
    cookies.set(name, cookie);
    room = await takeSeat(town, cookie, name, room);
  }
  const table = { room: room ?? '', tabs: new Map<string, Tab>(), cookies };
  for (const name of names) await enter(town, table, name);
  return table;
}

/** Seats are taken in the order of the names. */
export function seatOf({ cookies }: Table, name: string): number {
  return [...cookies.keys()].indexOf(name) + 1;
}

/** The host gives the free seats to bots and starts. */
export async function startGame({ tabs }: Table): Promise<void> {
  const [host] = tabs.values();
  if (host === undefined) throw new Error('There is no host');
  for (let slot_id = tabs.size + 1; slot_id <= 4; slot_id += 1)
    await host.get('room_update', 'add_bot', { slot_id });
  await host.get('game_started', 'start_game');
}

/** Everybody at the table moves in turn until a view fits that all of them have; what it asks for must wait for one of them. */
export async function playUntil(
  { tabs }: Table,
  what: string,
  fits: (view: GameView) => boolean,
): Promise<GameView> {
  const moved = new Map<Tab, string>();
  const started = Date.now();
  while (Date.now() - started < PATIENCE_MS) {
    const views = [...tabs.values()].flatMap(({ view }) => view ?? []);
    const newest = views.toSorted((a, b) => b.sequence - a.sequence)[0];
    if (newest === undefined || !fits(newest)) await moveNext(tabs, moved);
    else if (views.filter(({ sequence }) => sequence === newest.sequence).length === tabs.size) return newest;
    await sleep(POLL_MS);
  }
  throw new Error(`${what} never came`);
}

/** The first who is awaited, and has not moved for that already, moves. */
async function moveNext(tabs: Table['tabs'], moved: Map<Tab, string>): Promise<void> {
  for (const [name, tab] of tabs) {
    const occasion = occasionOf(tab, name);
    if (occasion === null || moved.get(tab) === occasion) continue;
    moved.set(tab, occasion);
    return makeMove(tab, name);
  }
}

function occasionOf({ view }: Tab, name: string): string | null {
  return view === null || view.phase === 'turn_results' ? null : occasionIn(view, name);
}

const chance = chanceFrom(4);

/** A move that this player may make in what its tab shows. */
export function moveOf({ view }: Tab, name: string): Move {
  if (view === null) throw new Error(`${name} sees no game`);
  return moveFor(view, name, chance);
}

/** Moves as the old client does, which names the player and the value of a play beside. */
export async function makeMove(tab: Tab, name: string): Promise<void> {
  const { event, body } = moveOf(tab, name);
  const extras = event === 'play' ? { player_name: name, play_value: 0 } : { player_name: name };
  await tab.get('phase_change', event, { ...body, ...extras });
}

/** Who is awaited for a declaration or a play. */
export function moverIn(view: GameView): string | null {
  if (view.phase === 'declaration') return view.phase_data.current_declarer;
  return view.phase === 'turn' ? view.phase_data.current_player : null;
}
