// The system at a glance: is everything there, how much goes on, how fast, and what went wrong.

import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Dependency, Health, SystemDays, SystemSeries, SystemStats } from '../../protocol/http.ts';
import type { Api } from './api.ts';
import { Chart } from './chart.tsx';
import type { Line } from './chart.tsx';
import { clock, ms, number, words } from './format.ts';
import { Badge, Freshness, Link, Scroll } from './parts.tsx';
import { usePolled } from './poll.ts';

export interface ViewProps {
  readonly api: Api;
  readonly onUnauthorized: (message: string) => void;
}

const EVERY_MS = 5_000;
const HEALTH_EVERY_MS = 15_000;
const DAYS_EVERY_MS = 60_000;
const DAYS = 14;
const SPANS = [
  { minutes: 15, name: '15 min' },
  { minutes: 60, name: '1 hour' },
  { minutes: 360, name: '6 hours' },
  { minutes: 1_440, name: '1 day' },
] as const;

export function Overview({ api, onUnauthorized }: ViewProps) {
  const [span, setSpan] = useState(60);
  const health = usePolled('health', () => api.health(), HEALTH_EVERY_MS, onUnauthorized);
  const stats = usePolled('stats', () => api.stats(), EVERY_MS, onUnauthorized);
  const series = usePolled(`series ${span}`, () => api.series(span), EVERY_MS, onUnauthorized);
  const days = usePolled('days', () => api.days(DAYS), DAYS_EVERY_MS, onUnauthorized);
  // All come from one server: its trouble is told once.
  const late =
    [stats, series, health, days].find(({ problem, value }) => problem !== null || value === null) ?? stats;
  return (
    <>
      <header class="heading">
        <h1>Overview</h1>
        {stats.at !== null && <p class="faint">As of {clock(stats.at)}, every 5 seconds</p>}
      </header>
      <Freshness polled={late} what="the state of the system" />
      <section aria-label="Health">{health.value !== null && <HealthTiles health={health.value} />}</section>
      <section aria-label="Now">{stats.value !== null && <Numbers stats={stats.value} />}</section>
      <section aria-labelledby="charts">
        <header class="heading">
          <h2 id="charts">The last while</h2>
          <div class="choice" role="group" aria-label="How far back">
            {SPANS.map(({ minutes, name }) => (
              <button
                key={minutes}
                type="button"
                class="secondary"
                aria-pressed={minutes === span}
                onClick={() => setSpan(minutes)}
              >
                {name}
              </button>
            ))}
          </div>
        </header>
        {series.value !== null && <Charts series={series.value} stats={stats.value} />}
      </section>
      {stats.value !== null && <Counts stats={stats.value} />}
      {days.value !== null && <Days days={days.value} />}
    </>
  );
}

const DEPENDENCIES: readonly (readonly [Dependency, string])[] = [
  ['table', 'DynamoDB'],
  ['state_machine', 'Step Functions'],
  ['management_api', 'API Gateway'],
  ['queues', 'SQS'],
];

function HealthTiles({ health }: { readonly health: Health }) {
  return (
    <ul class="tiles-row health">
      {DEPENDENCIES.map(([name, service]) => {
        const { status, latency_ms } = health[name];
        return (
          <li key={name} class="card">
            <span>
              <strong>{words(name).replace('api', 'API')}</strong>
              <span class="faint">{service}</span>
            </span>
            <span class="probe">
              <Badge tone={status === 'ok' ? 'good' : 'bad'}>{status === 'ok' ? 'OK' : 'Failed'}</Badge>
              <span>{ms(latency_ms)}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Numbers({ stats }: { readonly stats: SystemStats }) {
  const { rooms, latency } = stats;
  const unknown = (value: number | null): string => (value === null ? 'unknown' : number(value));
  return (
    <>
      <dl class="tiles-row numbers">
        <Figure name="Players connected" value={number(stats.players_connected)} note="waiting or playing" />
        <Figure
          name="Games running"
          value={number(rooms.playing)}
          note={`${number(rooms.open)} rooms open, ${number(rooms.finished)} finished`}
        />
        <Figure name="Moves a minute" value={number(stats.moves_per_minute)} note="over two minutes" />
        <Figure name="Frames a minute" value={number(stats.frames_per_minute)} note="from all clients" />
        <Figure name="Commands, p50" value={ms(latency.p50_ms)} note={`p99 ${ms(latency.p99_ms)}`} />
        <Figure
          name="Dead letters"
          value={unknown(stats.dead_letters)}
          note={`${unknown(stats.ticks_waiting)} ticks waiting`}
          isBad={(stats.dead_letters ?? 1) > 0}
        />
      </dl>
      {!stats.complete && (
        <p class="faint">
          There are more rooms than are counted: they are at least as many, and the players about as many.
        </p>
      )}
    </>
  );
}

function Figure({
  name,
  value,
  note,
  isBad = false,
}: {
  readonly name: string;
  readonly value: string;
  readonly note?: string;
  readonly isBad?: boolean;
}) {
  return (
    <div class="card">
      <dt>{name}</dt>
      <dd>
        <span class={isBad ? 'value bad-text' : 'value'}>{value}</span>
        {note !== undefined && <span class="faint">{note}</span>}
      </dd>
    </div>
  );
}

/** A count, or nothing: a missing one is no zero. */
const whole = (value: number | null): string => (value === null ? '–' : number(Math.round(value * 10) / 10));

function Charts({ series, stats }: { readonly series: SystemSeries; readonly stats: SystemStats | null }) {
  const { times, moves, latency, errors } = useMemo(() => linesOf(series, stats), [series, stats]);
  return (
    <div class="charts">
      <Chart title="Moves a minute" kind="counts" times={times} lines={moves} write={whole} />
      <Chart title="Command latency" kind="times" times={times} lines={latency} write={ms} />
      <Chart title="Errors and failures a minute" kind="counts" times={times} lines={errors} write={whole} />
    </div>
  );
}

/**
 * The minutes as lines. The last minute still runs: its moves would look like a drop, so their present rate stands for it.
 */
function linesOf({ minutes }: SystemSeries, stats: SystemStats | null) {
  const last = minutes.length - 1;
  const moves = minutes.map((minute, place) =>
    place === last && stats !== null ? stats.moves_per_minute : minute.moves,
  );
  const line = (name: string, colour: string, values: Line['values']): Line => ({
    name,
    colour,
    values,
    shape: 'line',
  });
  return {
    times: minutes.map(({ at }) => at),
    moves: [line('Moves', '--line-1', moves)],
    latency: [
      line(
        'p50',
        '--line-1',
        minutes.map(({ p50_ms }) => p50_ms),
      ),
      line(
        'p99',
        '--line-2',
        minutes.map(({ p99_ms }) => p99_ms),
      ),
    ],
    errors: [
      {
        name: 'Errors and failures',
        colour: '--line-bad',
        values: minutes.map((minute) => minute.errors + minute.failures),
        shape: 'bars',
      } satisfies Line,
    ],
  };
}

function Counts({ stats }: { readonly stats: SystemStats }) {
  return (
    <section class="counts" aria-label="Counts">
      <Bars title="Games by outcome" note="within 24 hours" counts={stats.games} />
      <Bars title="Errors by code" note="told to players in 24 hours" counts={stats.errors} />
      <Bars title="Failures" note="of work after a commit, in 24 hours" counts={stats.failures} />
      <Bars title="Posts to connections" note="in 24 hours" counts={stats.posts} />
      <p class="faint">
        Somebody has trouble? <Link to={{ page: 'rooms' }}>Find their room</Link>.
      </p>
    </section>
  );
}

/** The games of the last days, today first. */
function Days({ days: { days } }: { readonly days: SystemDays }) {
  return (
    <section class="days" aria-labelledby="days">
      <h2 id="days">Games by day</h2>
      <p class="faint">When they ended, in UTC. Minutes are from start to end, on average.</p>
      <Scroll label="Games by day, table">
        <table class="list" aria-labelledby="days">
          <thead>
            <tr>
              {[
                'Day',
                'Completed',
                'Abandoned',
                'Aborted',
                'Rounds',
                'Players',
                'Left',
                'Bots',
                'Minutes',
              ].map((name) => (
                <th key={name} scope="col" class={name === 'Day' ? undefined : 'number'}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map((day) => {
              const games = day.completed + day.abandoned + day.aborted;
              const counts = [
                day.completed,
                day.abandoned,
                day.aborted,
                day.rounds,
                day.humans,
                day.left,
                day.bots,
              ];
              return (
                <tr key={day.date}>
                  <th scope="row">{day.date}</th>
                  {counts.map((count, place) => (
                    <td key={place} class="number">
                      {number(count)}
                    </td>
                  ))}
                  <td class="number">{games === 0 ? '–' : number(Math.round(day.minutes / games))}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Bars({
  title,
  note,
  counts,
}: {
  readonly title: string;
  readonly note: string;
  readonly counts: Readonly<Record<string, number>>;
}) {
  const sorted = Object.entries(counts).sort(([, one], [, other]) => other - one);
  const most = Math.max(0, ...sorted.map(([, count]) => count));
  const rows: ComponentChildren = sorted.map(([name, count]) => (
    <tr key={name}>
      <th scope="row">{/^[A-Z_]+$/.test(name) ? <code>{name}</code> : words(name)}</th>
      <td class="number">{number(count)}</td>
      {most > 0 && (
        <td class="bar" aria-hidden="true">
          {count > 0 && <span style={{ inlineSize: `${(100 * count) / most}%` }} />}
        </td>
      )}
    </tr>
  ));
  return (
    <div class="card">
      <h3>{title}</h3>
      <p class="faint">{note}</p>
      {sorted.length === 0 ? (
        <p>None.</p>
      ) : (
        <table>
          <tbody>{rows}</tbody>
        </table>
      )}
    </div>
  );
}
