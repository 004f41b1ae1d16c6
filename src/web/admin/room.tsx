// One room: where it stands, who sits there and how they are connected, what happened last, its whole log; and its end.

import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { CommitDetail, EventsPage, GameBill, RoomDetail, SeatDetail } from '../../protocol/http.ts';
import type { Answer, Api } from './api.ts';
import { amount, clock, dateTime, dollars, duration, words } from './format.ts';
import type { ViewProps } from './overview.tsx';
import { Badge, ExecutionBadge, Freshness, Link, Scroll, StageBadge } from './parts.tsx';
import type { Tone } from './parts.tsx';
import { usePolled } from './poll.ts';
import { entryOf } from '../../protocol/by-name.ts';

const EVERY_MS = 3_000;

export function RoomView({ api, onUnauthorized, id }: ViewProps & { readonly id: string }) {
  const detail = usePolled(`room ${id}`, () => api.room(id), EVERY_MS, onUnauthorized);
  const room = detail.value;
  return (
    <>
      <p>
        <Link to={{ page: 'rooms' }}>← All rooms</Link>
      </p>
      <header class="heading">
        <h1>
          Room <span class="code">{id}</span>
        </h1>
        {room !== null && <StageBadge stage={room.stage} />}
        {room !== null && !room.gone && <CloseRoom api={api} room={room} onClosed={detail.refresh} />}
      </header>
      <Freshness polled={detail} what="the room" />
      {room !== null && (
        <>
          <Facts room={room} now={detail.at ?? 0} />
          {room.seats.length > 0 && <Seats seats={room.seats} now={detail.at ?? 0} />}
          {room.spectators.length > 0 && <Spectators room={room} now={detail.at ?? 0} />}
          {room.bill !== null && <Bill bill={room.bill} isOver={room.stage !== 'playing'} />}
          <div class="history">
            <Commits commits={room.commits} />
            <EventLog api={api} id={id} seq={room.seq} onUnauthorized={onUnauthorized} />
          </div>
        </>
      )}
    </>
  );
}

// ---- What it is ----

function Facts({ room, now }: { readonly room: RoomDetail; readonly now: number }) {
  const ago = (at: number): string => `${duration((now - at) / 1_000)} ago`;
  return (
    <dl class="card facts">
      <Fact name="Phase">
        {words(room.phase)}
        {room.round > 0 && `, round ${room.round}`}
        {room.turn !== null && `, turn ${room.turn}`}
        {room.multiplier !== null && room.multiplier > 1 && `, ×${room.multiplier}`}
      </Fact>
      {room.closed_reason !== null && <Fact name="Closed because">{words(room.closed_reason)}</Fact>}
      {room.gone && room.stage !== 'closed' && (
        <Fact name="Gone">Idle for so long that no player finds it any more.</Fact>
      )}
      {room.private !== null && <Fact name="Private">{room.private ? 'Yes, by link or code' : 'No'}</Fact>}
      <Fact name="Opened">
        {dateTime(room.created_at)}, {ago(room.created_at)}
      </Fact>
      <Fact name="Last commit">
        {room.seq}, {ago(room.last_activity)}
      </Fact>
      {room.deadline !== null && <Fact name="Time to move">{timeUntil(room.deadline, now)}</Fact>}
      {room.wake_at !== null && <Fact name="Next by itself">{timeUntil(room.wake_at, now)}</Fact>}
      <GameFacts room={room} ago={ago} />
      <Fact name="Settings">
        <details>
          <summary>Those it was opened with</summary>
          <ul class="settings">
            {Object.entries(room.settings).map(([name, value]) => (
              <li key={name}>
                {words(name)}: <strong>{value}</strong>
              </li>
            ))}
          </ul>
        </details>
      </Fact>
    </dl>
  );
}

/** Of the game that runs or ran last, and of its execution. */
function GameFacts({
  room: { game, execution, task },
  ago,
}: {
  readonly room: RoomDetail;
  readonly ago: (at: number) => string;
}) {
  return (
    <>
      {game !== null && (
        <Fact name="Game">
          {game.number}, begun {ago(game.started_at)}
          {game.ended_at !== null && `, ended ${ago(game.ended_at)}`}
          {game.outcome !== null && `: ${game.outcome}`}
          {game.winners.length > 0 && `, won by ${game.winners.join(' and ')}`}
        </Fact>
      )}
      {execution !== null && (
        <Fact name="Execution">
          <span class="code">{execution.name}</span> <ExecutionBadge status={execution.status} />
        </Fact>
      )}
      {task !== null && (
        <Fact name="It waits for">
          {words(task.phase)} of round {task.round}
        </Fact>
      )}
    </>
  );
}

function timeUntil(at: number, now: number): string {
  return at >= now ? `in ${duration((at - now) / 1_000)}` : `${duration((now - at) / 1_000)} overdue`;
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

// ---- What it costs ----

/** The game's own bill, what costs most first. */
function Bill({ bill, isOver }: { readonly bill: GameBill; readonly isOver: boolean }) {
  const lines = [...bill.lines].filter(({ units }) => units > 0).sort((a, b) => b.dollars - a.dollars);
  return (
    <section aria-labelledby="bill">
      <h2 id="bill">Bill</h2>
      <p>
        This game {isOver ? 'has cost' : 'costs'} <strong>{dollars(bill.dollars)}</strong>
        {!isOver && ' so far'}: counted by the functions that played it, at list prices. Connecting before the
        game, lists and statistics are not in it.
      </p>
      <Scroll label="Bill">
        <table>
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col" class="number">
                Units
              </th>
              <th scope="col">Of</th>
              <th scope="col" class="number">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ service, unit, units, dollars: cost }) => (
              <tr key={unit}>
                <td>{service}</td>
                <td class="number">{amount(units)}</td>
                <td>{unit}</td>
                <td class="number">{dollars(cost)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

// ---- Who is there ----

const PRESENCE_TONE: Readonly<Record<string, Tone>> = { present: 'good', away: 'busy', replaced: 'bad' };

function Seats({ seats, now }: { readonly seats: readonly SeatDetail[]; readonly now: number }) {
  return (
    <section aria-labelledby="seats">
      <h2 id="seats">Seats</h2>
      <Scroll label="Seats">
        <table class="list">
          <thead>
            <tr>
              <th scope="col">Seat</th>
              <th scope="col">Name</th>
              <th scope="col">Presence</th>
              <th scope="col">Connection</th>
              <th scope="col" class="number">
                Pieces
              </th>
              <th scope="col" class="number">
                Declared
              </th>
              <th scope="col" class="number">
                Piles
              </th>
              <th scope="col" class="number">
                Score
              </th>
            </tr>
          </thead>
          <tbody>
            {seats.map((seat) => (
              <SeatRow key={seat.seat} seat={seat} now={now} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function SeatRow({ seat, now }: { readonly seat: SeatDetail; readonly now: number }) {
  const { name, kind, presence, since, connection } = seat;
  const dash = (value: string | number | null): string | number => value ?? '–';
  return (
    <tr>
      <th scope="row">{seat.seat}</th>
      <td>
        {name ?? <span class="faint">Empty</span>} {seat.is_host && <Badge tone="calm">Host</Badge>}{' '}
        {seat.is_awaited && <Badge tone="busy">To move</Badge>}
      </td>
      <td>
        {presence !== null && (
          <Badge tone={entryOf(PRESENCE_TONE, presence) ?? 'calm'}>{words(presence)}</Badge>
        )}
        {kind === 'bot' && <Badge tone="calm">Bot</Badge>}{' '}
        {since !== null && <span class="faint">{duration((now - since) / 1_000)}</span>}
      </td>
      <td class="code">{dash(connection)}</td>
      <td class="number">{dash(seat.hand_size)}</td>
      <td class="number">{dash(seat.declared)}</td>
      <td class="number">{dash(seat.piles)}</td>
      <td class="number">{dash(seat.score)}</td>
    </tr>
  );
}

function Spectators({ room, now }: { readonly room: RoomDetail; readonly now: number }) {
  return (
    <section aria-labelledby="spectators">
      <h2 id="spectators">Watching</h2>
      <ul class="card">
        {room.spectators.map(({ connection, since }) => (
          <li key={connection}>
            <span class="code">{connection}</span>{' '}
            <span class="faint">for {duration((now - since) / 1_000)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

// ---- What happened ----

function Commits({ commits }: { readonly commits: readonly CommitDetail[] }) {
  return (
    <section aria-labelledby="commits">
      <header class="heading">
        <h2 id="commits">Latest commits</h2>
      </header>
      <Scroll label="Latest commits">
        <table class="list">
          <thead>
            <tr>
              <th scope="col" class="number">
                No.
              </th>
              <th scope="col">Time</th>
              <th scope="col">By</th>
              <th scope="col">Events</th>
            </tr>
          </thead>
          <tbody>
            {commits.map(({ seq, at, by, events }) => (
              <tr key={seq}>
                <th scope="row" class="number">
                  {seq}
                </th>
                <td>{clock(at)}</td>
                <td>{by}</td>
                <td>{events.map(({ type }) => words(type)).join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

/** Commits on a page of the log, and in one request of a download. */
const LOG_PAGE = 50;
const MOST_COMMITS = 500;

interface EventLogProps {
  readonly api: Api;
  readonly id: string;
  /** How many commits there are by now. */
  readonly seq: number;
  readonly onUnauthorized: (message: string) => void;
}

function EventLog({ api, id, seq, onUnauthorized }: EventLogProps) {
  const last = Math.max(0, Math.floor((seq - 1) / LOG_PAGE));
  const [chosen, setPage] = useState<number | null>(null);
  const page = chosen ?? last;
  const after = page * LOG_PAGE;
  const log = usePolled(
    `log ${id} ${after}`,
    () => api.events(id, after, LOG_PAGE),
    page === last ? EVERY_MS : 60_000,
    onUnauthorized,
  );
  return (
    <section aria-labelledby="log">
      <header class="heading">
        <h2 id="log">Event log</h2>
        <Download api={api} id={id} />
      </header>
      <Freshness polled={log} what="the log" />
      {log.value !== null && <EventTable events={log.value.events} />}
      <nav class="pages" aria-label="Pages of the log">
        <button type="button" class="secondary" disabled={page === 0} onClick={() => setPage(page - 1)}>
          Older
        </button>
        <span>
          Commits {after + 1} to {Math.min(seq, after + LOG_PAGE)} of {seq}
        </span>
        <button
          type="button"
          class="secondary"
          disabled={page === last}
          onClick={() => setPage(page + 1 >= last ? null : page + 1)}
        >
          Newer
        </button>
      </nav>
    </section>
  );
}

function EventTable({ events }: { readonly events: EventsPage['events'] }) {
  return (
    <Scroll label="Event log">
      <table class="list log">
        <thead>
          <tr>
            <th scope="col" class="number">
              No.
            </th>
            <th scope="col">Time</th>
            <th scope="col">Event</th>
            <th scope="col">Public fields</th>
          </tr>
        </thead>
        <tbody>
          {events.toReversed().map(({ seq, at, type, ...fields }, place) => (
            <tr key={`${seq} ${events.length - place}`}>
              <th scope="row" class="number">
                {seq}
              </th>
              <td>{clock(at)}</td>
              <td>{words(type)}</td>
              <td>
                <code>{written(fields)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** `seat: 2, pieces: [CANNON_RED, …]`: fields as a line without the punctuation of JSON. */
function written(fields: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return pairs.join(', ').replaceAll('"', '').replaceAll(',', ', ').replaceAll(',  ', ', ');
}

/** The whole log as a file, as the replay takes it. */
function Download({ api, id }: { readonly api: Api; readonly id: string }) {
  const [state, setState] = useState<'idle' | 'loading' | { readonly problem: string }>('idle');
  const load = async (): Promise<void> => {
    setState('loading');
    const log = await wholeLog(api, id);
    if (log.kind !== 'ok') {
      setState({ problem: log.message });
      return;
    }
    save(`${id}.json`, JSON.stringify(log.value));
    setState('idle');
  };
  return (
    <div class="row">
      {typeof state === 'object' && (
        <p class="problem" role="alert">
          {state.problem}
        </p>
      )}
      <button type="button" class="secondary" disabled={state === 'loading'} onClick={() => void load()}>
        {state === 'loading' ? 'Loading…' : 'Download the log'}
      </button>
    </div>
  );
}

async function wholeLog(api: Api, id: string): Promise<Answer<EventsPage>> {
  const events: EventsPage['events'][number][] = [];
  for (let after: number | null = 0; after !== null;) {
    const page: Answer<EventsPage> = await api.events(id, after, MOST_COMMITS);
    if (page.kind !== 'ok') return page;
    events.push(...page.value.events);
    after = page.value.next;
  }
  return { kind: 'ok', value: { room_id: id, events, next: null } };
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  Object.assign(link, { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}

// ---- Closing it ----

interface CloseRoomProps {
  readonly api: Api;
  readonly room: RoomDetail;
  readonly onClosed: () => void;
}

function CloseRoom({ api, room, onClosed }: CloseRoomProps) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        Close this room
      </button>
      {isAsking && <CloseDialog api={api} room={room} onClosed={onClosed} onDone={() => setAsking(false)} />}
    </>
  );
}

function CloseDialog({ api, room, onClosed, onDone }: CloseRoomProps & { readonly onDone: () => void }) {
  const box = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const [isClosing, setClosing] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => box.current?.showModal(), []);
  const close = async (): Promise<void> => {
    setClosing(true);
    const answer = await api.close(room.room_id);
    setClosing(false);
    if (answer.kind !== 'ok') {
      setProblem(answer.message);
      return;
    }
    onClosed();
    onDone();
  };
  return (
    <dialog ref={box} aria-labelledby={titleId} onClose={onDone}>
      <h2 id={titleId}>
        Close room <span class="code">{room.room_id}</span>?
      </h2>
      <p>{consequences(room)} This cannot be undone.</p>
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="row">
        <button type="button" class="secondary" autofocus onClick={() => box.current?.close()}>
          Keep it
        </button>
        <button type="button" class="danger" disabled={isClosing} onClick={() => void close()}>
          {isClosing ? 'Closing…' : 'Close the room'}
        </button>
      </div>
    </dialog>
  );
}

function consequences({ stage, seats, spectators }: RoomDetail): string {
  const people = seats.filter(({ presence }) => presence === 'present').length + spectators.length;
  const told =
    people === 0
      ? 'Nobody is connected.'
      : `${people === 1 ? 'One person is' : `${people} people are`} told, and disconnected.`;
  return stage === 'playing' ? `Its game ends without a winner. ${told}` : told;
}
