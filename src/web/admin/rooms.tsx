// All rooms, page by page: by stage, by a text in their id or in a name, sorted by any column.

import { useState } from 'preact/hooks';
import type { ListedStage, RoomStats } from '../../protocol/http.ts';
import { duration, number, words } from './format.ts';
import type { ViewProps } from './overview.tsx';
import { ExecutionBadge, Freshness, Link, Scroll, StageBadge } from './parts.tsx';
import { usePolled } from './poll.ts';

const EVERY_MS = 5_000;
const PAGE = 25;
/** While somebody types, nothing is asked for. */
const TYPING_MS = 300;

const STAGES: readonly (readonly [ListedStage | null, string])[] = [
  [null, 'All stages'],
  ['playing', 'Playing'],
  ['open', 'Open'],
  ['finished', 'Finished'],
];

interface Column {
  readonly name: string;
  readonly order: (room: RoomStats) => string | number;
  readonly isNumber?: boolean;
  /** Left out where there is little room. */
  readonly isExtra?: boolean;
}
const COLUMNS: readonly Column[] = [
  { name: 'Room', order: ({ room_id }) => room_id },
  { name: 'Stage', order: ({ stage }) => ['playing', 'open', 'finished'].indexOf(stage) },
  { name: 'At the table', order: (room) => namesOf(room) },
  { name: 'Phase', order: ({ phase }) => phase },
  { name: 'Round', order: ({ round }) => round, isNumber: true, isExtra: true },
  { name: 'Connected', order: ({ connected }) => connected, isNumber: true },
  { name: 'Idle', order: ({ idle }) => idle, isNumber: true },
  { name: 'Age', order: ({ age }) => age, isNumber: true, isExtra: true },
  { name: 'Execution', order: ({ execution }) => execution?.status ?? '', isExtra: true },
];

interface Sorting {
  readonly column: string;
  readonly direction: 'ascending' | 'descending';
}

export function RoomList({ api, onUnauthorized }: ViewProps) {
  const [stage, setStage] = useState<ListedStage | null>(null);
  const [text, setText] = useState('');
  /** The cursors of the pages up to this one; null is the first page's. */
  const [trail, setTrail] = useState<readonly (string | null)[]>([null]);
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const cursor = trail.at(-1) ?? null;
  const rooms = usePolled(
    `rooms ${stage} ${text} ${cursor}`,
    () => api.rooms({ stage, text, cursor }, PAGE),
    EVERY_MS,
    onUnauthorized,
  );
  const next = rooms.value?.next ?? null;
  return (
    <>
      <header class="heading">
        <h1>Rooms</h1>
        {rooms.value !== null && (
          <p class="faint">
            {number(rooms.value.active_games)} playing, {number(rooms.value.total_rooms)} open or playing,{' '}
            {number(rooms.value.total_players)} players connected
          </p>
        )}
      </header>
      <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <SearchField
          onSearch={(searched) => {
            setText(searched);
            setTrail([null]);
          }}
        />
        <label class="field">
          Stage
          <select
            value={stage ?? ''}
            onChange={({ currentTarget }) => {
              setStage(STAGES.find(([each]) => each === currentTarget.value)?.[0] ?? null);
              setTrail([null]);
            }}
          >
            {STAGES.map(([each, name]) => (
              <option key={name} value={each ?? ''}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </form>
      <Freshness polled={rooms} what="rooms" />
      {rooms.value !== null && (
        <RoomTable rooms={sorted(rooms.value.rooms, sorting)} sorting={sorting} onSort={setSorting} />
      )}
      {rooms.value?.rooms.length === 0 && (
        <p role="status">
          {next === null ? 'No room is like that.' : 'None so far: there are more rooms to look through.'}
        </p>
      )}
      <nav class="pages" aria-label="Pages of rooms">
        <button
          type="button"
          class="secondary"
          disabled={trail.length === 1}
          onClick={() => setTrail(trail.slice(0, -1))}
        >
          Previous
        </button>
        <span>Page {trail.length}</span>
        <button
          type="button"
          class="secondary"
          disabled={next === null}
          onClick={() => setTrail([...trail, next])}
        >
          Next
        </button>
      </nav>
    </>
  );
}

function SearchField({ onSearch }: { readonly onSearch: (text: string) => void }) {
  const [typing, setTyping] = useState<ReturnType<typeof setTimeout>>();
  return (
    <label class="field search">
      Room or name
      <input
        type="search"
        placeholder="ABC234 or Ann"
        maxLength={40}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget: { value } }) => {
          clearTimeout(typing);
          setTyping(setTimeout(() => onSearch(value.trim()), TYPING_MS));
        }}
      />
    </label>
  );
}

interface RoomTableProps {
  readonly rooms: readonly RoomStats[];
  readonly sorting: Sorting | null;
  readonly onSort: (sorting: Sorting) => void;
}

function RoomTable({ rooms, sorting, onSort }: RoomTableProps) {
  return (
    <Scroll label="Rooms">
      <table class="list">
        <caption class="unseen">Rooms, each with a link to all of it; columns can be sorted</caption>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <Heading key={column.name} column={column} sorting={sorting} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rooms.map((room) => (
            <Row key={room.room_id} room={room} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Heading({
  column: { name, isNumber = false, isExtra = false },
  sorting,
  onSort,
}: Omit<RoomTableProps, 'rooms'> & { readonly column: Column }) {
  const current = sorting?.column === name ? sorting.direction : null;
  const following = current === 'ascending' ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      class={`${isNumber ? 'number' : ''} ${isExtra ? 'extra' : ''}`}
      aria-sort={current ?? 'none'}
    >
      <button type="button" class="quiet" onClick={() => onSort({ column: name, direction: following })}>
        {name}
        <span aria-hidden="true">{current === null ? '↕' : current === 'ascending' ? '↑' : '↓'}</span>
      </button>
    </th>
  );
}

function Row({ room }: { readonly room: RoomStats }) {
  const { room_id, stage, phase, round, connected, idle, age, execution } = room;
  return (
    <tr>
      <th scope="row">
        <Link to={{ page: 'room', room: room_id }} class="code">
          {room_id}
        </Link>
      </th>
      <td>
        <StageBadge stage={stage} />
      </td>
      <td class="names">{namesOf(room)}</td>
      <td>{stage === 'playing' ? words(phase) : '–'}</td>
      <td class="number extra">{round === 0 ? '–' : round}</td>
      <td class="number">{connected}</td>
      <td class="number">{duration(idle)}</td>
      <td class="number extra">{duration(age)}</td>
      <td class="extra">{execution === null ? '–' : <ExecutionBadge status={execution.status} />}</td>
    </tr>
  );
}

function namesOf({ players }: RoomStats): string {
  return players.flatMap((player) => player?.name ?? []).join(', ');
}

function sorted(rooms: readonly RoomStats[], sorting: Sorting | null): readonly RoomStats[] {
  const column = COLUMNS.find(({ name }) => name === sorting?.column);
  if (column === undefined) return rooms;
  const sign = sorting?.direction === 'descending' ? -1 : 1;
  return rooms.toSorted((one, other) => sign * compare(column.order(one), column.order(other)));
}

function compare(one: string | number, other: string | number): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one).localeCompare(String(other), 'en', { sensitivity: 'base' });
}
