// A chart of minutes: uPlot, with its colours from the style sheet, the value under the pointer in words, and a table behind it.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';

export interface Line {
  readonly name: string;
  /** A custom property of the style sheet. */
  readonly colour: string;
  /** One for each time; null where nothing is known. */
  readonly values: readonly (number | null)[];
  readonly shape: 'line' | 'bars';
}
interface ChartProps {
  readonly title: string;
  /** Epoch seconds, ascending. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  /** What the values are. */
  readonly kind: 'counts' | 'times';
  readonly write: (value: number | null) => string;
}

const HEIGHT = 170;
/** What the marks of the scale may be apart: a count has no halves. */
const STEPS: Readonly<Record<ChartProps['kind'], number[]>> = {
  counts: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000],
  times: [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000],
};
const MINUTE = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

export function Chart({ title, times, lines, kind, write }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const scheme = useColourScheme();
  const names = lines.map(({ name }) => name).join();
  const content = useMemo<uPlot.AlignedData>(
    () => [[...times], ...lines.map(({ values }) => [...values])],
    [times, lines],
  );

  useEffect(() => {
    const place = box.current;
    if (place === null) return;
    const options = optionsOf({ width: place.clientWidth, lines, kind, write, onPoint: setPointed });
    const made = new uPlot(options, content, place);
    plot.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: place.clientWidth, height: HEIGHT }));
    watcher.observe(place);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
    // The lines' values come by `setData`; what else they are does not change under one name.
  }, [names, kind, scheme]);
  useEffect(() => plot.current?.setData(content), [content]);

  const shown = pointed ?? times.length - 1;
  return (
    <figure class="card chart">
      <figcaption>
        <h3>{title}</h3>
        <p class="reading">
          <span class="faint">{pointed === null ? 'Now' : timeAt(times, shown)}</span>
          {lines.map(({ name, colour, values }) => (
            <span key={name}>
              <i class="swatch" style={{ background: `var(${colour})` }} aria-hidden="true" />
              {lines.length > 1 && `${name} `}
              <strong>{write(values[shown] ?? null)}</strong>
            </span>
          ))}
        </p>
      </figcaption>
      <div ref={box} class="plot" role="img" aria-label={summaryOf({ title, lines, write })} />
      <ChartTable title={title} times={times} lines={lines} write={write} />
    </figure>
  );
}

/** The same in words, for who cannot see it: the latest and the highest of each line. */
function summaryOf({ title, lines, write }: Pick<ChartProps, 'title' | 'lines' | 'write'>): string {
  const parts = lines.map(({ name, values }) => {
    const known = values.filter((value) => value !== null);
    const highest = known.length === 0 ? null : Math.max(...known);
    return `${name} now ${write(values.at(-1) ?? null)}, highest ${write(highest)}`;
  });
  return `${title}: ${parts.join('; ')}`;
}

/** How many of the latest minutes the table has. */
const ROWS = 15;

function ChartTable({ title, times, lines, write }: Omit<ChartProps, 'kind'>) {
  const [isOpen, setOpen] = useState(false);
  const latest = times
    .map((_, place) => place)
    .slice(-ROWS)
    .reverse();
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        As a table<span class="unseen">: {title}</span>
      </summary>
      {isOpen && (
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              {lines.map(({ name }) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {latest.map((place) => (
              <tr key={place}>
                <th scope="row">{timeAt(times, place)}</th>
                {lines.map(({ name, values }) => (
                  <td key={name} class="number">
                    {write(values[place] ?? null)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}

function timeAt(times: readonly number[], place: number): string {
  const at = times[place];
  return at === undefined ? '' : MINUTE.format(at * 1_000);
}

function optionsOf({
  width,
  lines,
  kind,
  write,
  onPoint,
}: Pick<ChartProps, 'lines' | 'kind' | 'write'> & {
  readonly width: number;
  readonly onPoint: (place: number | null) => void;
}): uPlot.Options {
  const [ink, line] = [colourOf('--ink-soft'), colourOf('--line')];
  const axis = { stroke: ink, font: '12px system-ui, sans-serif', ticks: { show: false } };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false } },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(most * 1.1, 1)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 60,
        size: 30,
        values: (_plot, times) => times.map((at) => MINUTE.format(at * 1_000)),
      },
      {
        ...axis,
        grid: { stroke: line, width: 1 },
        size: 56,
        space: 36,
        incrs: STEPS[kind],
        values: (_plot, values) => values.map((value) => write(value)),
      },
    ],
    series: [{}, ...lines.map(seriesOf)],
    hooks: { setCursor: [({ cursor: { idx } }) => onPoint(idx ?? null)] },
  };
}

function seriesOf({ name, colour, shape }: Line): uPlot.Series {
  const stroke = colourOf(colour);
  const bars = uPlot.paths.bars;
  if (shape === 'bars' && bars !== undefined)
    return { label: name, fill: stroke, points: { show: false }, paths: bars({ size: [0.75, 24] }) };
  return { label: name, stroke, width: 2, spanGaps: false, points: { size: 5, fill: stroke } };
}

function colourOf(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}

/** `dark` or `light`, as the system has it now. */
function useColourScheme(): string {
  const query = useMemo(() => matchMedia('(prefers-color-scheme: dark)'), []);
  const [isDark, setDark] = useState(query.matches);
  useEffect(() => {
    const follow = (): void => setDark(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, [query]);
  return isDark ? 'dark' : 'light';
}
