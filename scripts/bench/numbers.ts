// The pages of docs/numbers.md: a part for each benchmark, made from what it has measured and said; and the page put together again
// when one part is new.

import * as z from 'zod/mini';
import { barChart, logChart } from './chart.ts';
import { markdownTable } from './table.ts';

export const PARTS = ['latency', 'cost', 'load', 'growth', 'bundle'] as const;
export type Part = (typeof PARTS)[number];

/** What a benchmark left behind. */
export interface Outcome {
  /** The command as it can be typed. */
  readonly command: string;
  /** What it printed. */
  readonly text: string;
  /** What it wrote as JSON, not looked into yet. */
  readonly figures: unknown;
  /** Date, processor, cores, Node. */
  readonly ranOn: string;
}
/** A part of the page, and the pictures in it by file name. */
export interface Section {
  readonly markdown: string;
  readonly pictures: Readonly<Record<string, string>>;
}

const TITLES: Readonly<Record<Part, string>> = {
  latency: 'Latency',
  cost: 'Cost',
  load: 'Load',
  growth: 'Growth',
  bundle: 'Size and start of the functions',
};

/** The row of a figure that the README may quote, and its value. */
type Figure = readonly [name: string, value: string];
interface Extract {
  readonly figures: readonly Figure[];
  readonly pictures: Readonly<Record<string, string>>;
  /** Sentences before the printed tables. */
  readonly said: readonly string[];
}
const NOTHING: Extract = { figures: [], pictures: {}, said: [] };

/** A benchmark's part of the page: when and where it ran, the figures to quote, pictures, and the tables it printed. */
export function sectionOf(part: Part, { command, text, figures, ranOn }: Outcome): Section {
  const extract = EXTRACTS[part](figures);
  const pictures = Object.keys(extract.pictures).map((file) => `![${TITLES[part]}](images/${file})`);
  const markdown = [
    `## ${TITLES[part]}`,
    `\`${command}\`. ${ranOn}.`,
    ...extract.said,
    ...(extract.figures.length === 0 ? [] : [markdownTable(['figure', 'value'], extract.figures)]),
    ...pictures,
    `\`\`\`text\n${text.trim()}\n\`\`\``,
  ].join('\n\n');
  return { markdown, pictures: extract.pictures };
}

/** The page with some of its parts replaced; parts that nothing is known of stay as they are. */
export function pageWith(page: string, sections: Readonly<Partial<Record<Part, Section>>>): string {
  const parts = PARTS.flatMap((part) => {
    const body = sections[part]?.markdown ?? partIn(page, part);
    return body === null ? [] : [`${opening(part)}\n\n${body}\n\n${closing(part)}`];
  });
  return `${[HEAD, ...parts].join('\n\n')}\n`;
}

const HEAD = `# Numbers

Written by \`npm run bench\` (\`npm run bench -- --only latency\` renews one part). Each part says when, where and by which command it was
measured. What rests on the latency profile or the price table of [aws-facts.md](aws-facts.md) is a model of AWS fed with measured
work, not a measurement on AWS, and says so.`;

const opening = (part: Part): string => `<!-- ${part} -->`;
const closing = (part: Part): string => `<!-- end of ${part} -->`;

function partIn(page: string, part: Part): string | null {
  const from = page.indexOf(opening(part));
  const to = page.indexOf(closing(part));
  return from < 0 || to < 0 ? null : page.slice(from + opening(part).length, to).trim();
}

// ---- What is taken from each benchmark's JSON: schemas as wide as can be, for the benchmarks are others' ----

const Summary = z.looseObject({ n: z.number(), p50: z.number(), p99: z.number() });
const Classes = z.record(z.string(), z.looseObject({ last: Summary, reply: Summary }));
const LatencyRun = z.looseObject({ classes: Classes, moves: z.number() });
const Latency = z.looseObject({
  disclaimer: z.string(),
  run: LatencyRun,
  naive: z.nullish(LatencyRun),
  bare: z.nullish(LatencyRun),
  factors: z.record(z.string(), z.number()),
});
const Load = z.looseObject({
  moves: z.looseObject({ lastSeat: z.looseObject({ p50: z.number(), p99: z.number() }) }),
  movesASecond: z.number(),
  rooms: z.array(z.string()),
});
const Bundle = z.looseObject({
  functions: z.array(z.looseObject({ name: z.string(), size: z.number() })),
});
/** US$: a game, its floor, a month without games and with so many, and what servers cost a month. */
const Cost = z.looseObject({
  game: z.number(),
  floor: z.number(),
  timesFloor: z.number(),
  idleDollars: z.number(),
  fixedDollars: z.number(),
  alternatives: z.record(z.string(), z.looseObject({ dollars: z.number(), crossing: z.number() })),
});
/** Games a month, as far as the chart goes. */
const MONTHS = [100, 300, 1_000, 3_000, 10_000, 30_000, 100_000];

const EXTRACTS: Readonly<Record<Part, (figures: unknown) => Extract>> = {
  latency: (figures) => {
    const read = Latency.safeParse(figures);
    return read.success ? latencyExtract(read.data) : NOTHING;
  },
  cost: (figures) => {
    const read = Cost.safeParse(figures);
    return read.success ? costExtract(read.data) : NOTHING;
  },
  load: (figures) => {
    const read = Load.safeParse(figures);
    if (!read.success) return NOTHING;
    const { moves, movesASecond, rooms } = read.data;
    return {
      ...NOTHING,
      figures: [
        [`last seat of a move on the local cloud, ${rooms.length} rooms`, pair(moves.lastSeat)],
        ['moves a second on the local cloud', String(movesASecond)],
      ],
    };
  },
  growth: () => NOTHING,
  bundle: (figures) => {
    const read = Bundle.safeParse(figures);
    if (!read.success) return NOTHING;
    const kilobytes = ({ size }: { readonly size: number }): string => `${(size / 1_000).toFixed(0)} KB`;
    const message = read.data.functions.find(({ name }) => name === 'message');
    return {
      ...NOTHING,
      figures: message === undefined ? [] : [['size of the message function', kilobytes(message)]],
    };
  },
};

const EVERY = 'every move';

function latencyExtract({ run, naive, bare, factors, disclaimer }: z.infer<typeof Latency>): Extract {
  const every = run.classes[EVERY];
  if (every === undefined) return NOTHING;
  const modelled = 'under the profile';
  const figures: Figure[] = [
    [`a move to the last seat, ${modelled}`, pair(every.last)],
    [`a move to the sender's reply, ${modelled}`, pair(every.reply)],
  ];
  const naively = naive?.classes[EVERY];
  if (naively !== undefined)
    figures.push([`the naive variant to the last seat, ${modelled}`, pair(naively.last)]);
  const onThisMachine = bare?.classes[EVERY];
  if (onThisMachine !== undefined)
    figures.push(
      ["a move to the mover's own view, on this machine", pair(onThisMachine.reply)],
      [
        'times as fast as the previous backend (p50 / p99)',
        Object.values(factors)
          .map((each) => each.toFixed(0))
          .join(' / '),
      ],
    );
  const shown = ['declare', 'play', 'play that ends a turn', EVERY].filter((label) => label in run.classes);
  const of = (from: z.infer<typeof Classes> | undefined, share: 'p50' | 'p99'): number[] =>
    shown.map((label) => Math.round(from?.[label]?.last[share] ?? 0));
  const series = [
    { name: 'p50', values: of(run.classes, 'p50') },
    { name: 'p99', values: of(run.classes, 'p99') },
    ...(naive
      ? [
          { name: 'naive p50', values: of(naive.classes, 'p50') },
          { name: 'naive p99', values: of(naive.classes, 'p99') },
        ]
      : []),
  ];
  const title = 'From a move to the last of four seats (times of AWS from the profile)';
  const picture = barChart({ title, unit: 'ms', groups: shown, series });
  return { figures, pictures: { 'latency.svg': picture }, said: [`${disclaimer}.`] };
}

function costExtract(cost: z.infer<typeof Cost>): Extract {
  const { game, floor, timesFloor, idleDollars, fixedDollars, alternatives } = cost;
  const others = Object.entries(alternatives);
  const series = [
    { name: 'this design', values: MONTHS.map((games) => cents(fixedDollars + games * game)) },
    ...others.map(([name, { dollars }]) => ({ name, values: MONTHS.map(() => cents(dollars)) })),
  ];
  const title = 'What a month costs, by the number of reference games in it';
  const picture = logChart({ title, unit: 'US$', along: 'games a month', at: MONTHS, series });
  return {
    figures: [
      [
        'the reference game, at list prices',
        `$${game.toFixed(4)}, ${timesFloor.toFixed(2)} times its floor of $${floor.toFixed(4)}`,
      ],
      ['a month without a game', `$${idleDollars.toFixed(2)}`],
      ...others.map(([name, { crossing }]): Figure => [
        `games a month at which ${name} costs as much`,
        crossing.toLocaleString('en'),
      ]),
    ],
    pictures: { 'cost.svg': picture },
    said: [
      'List prices of docs/aws-facts.md without free tiers; what AWS would bill is counted, not billed.',
    ],
  };
}

function cents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}

function pair({ p50, p99 }: { readonly p50: number; readonly p99: number }): string {
  return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
}
