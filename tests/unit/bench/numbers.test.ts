/** docs/numbers.md is put together from parts: each renewed alone, none lost. */
import { describe, expect, it } from '@jest/globals';
import { pageWith, sectionOf } from '../../../scripts/bench/numbers.ts';
import type { Outcome } from '../../../scripts/bench/numbers.ts';

const summary = (p50: number, p99: number): object => ({ n: 10, p50, p99 });
const every = (p50: number): object => ({
  classes: { 'every move': { last: summary(p50, 2 * p50), reply: summary(p50 - 10, 2 * p50 - 10) } },
  moves: 10,
});
const LATENCY: Outcome = {
  command: 'npm run bench:latency',
  text: 'a table\n',
  ranOn: '2026-01-01, a processor, 2 cores, Node v24',
  figures: { disclaimer: 'A model', run: every(50), naive: every(90), bare: null, factors: {} },
};

describe('the page of numbers', () => {
  it('has the figures of a benchmark to quote, its pictures, and what it printed', () => {
    const { markdown, pictures } = sectionOf('latency', LATENCY);
    expect(markdown).toContain('| a move to the last seat, under the profile | p50 50.0 ms, p99 100.0 ms |');
    expect(markdown).toContain('A model.');
    expect(markdown).toContain('```text\na table\n```');
    expect(markdown).toContain('(images/latency.svg)');
    expect(pictures['latency.svg']).toMatch(/^<svg[^]*<\/svg>\n$/);
  });

  it('keeps the other parts when one is renewed, and their order', () => {
    const load = sectionOf('load', { ...LATENCY, text: 'load', figures: {} });
    const first = pageWith('', { load });
    const second = pageWith(first, { latency: sectionOf('latency', LATENCY) });
    expect(second.indexOf('## Latency')).toBeGreaterThan(0);
    expect(second.indexOf('## Load')).toBeGreaterThan(second.indexOf('## Latency'));
    const third = pageWith(second, { load: sectionOf('load', { ...LATENCY, text: 'again', figures: {} }) });
    expect(third).toContain('again');
    expect(third.match(/## Load/g)).toHaveLength(1);
    expect(third).toContain('## Latency');
  });

  it('draws what a month costs, here and on servers', () => {
    const alternatives = { hybrid: { dollars: 98, crossing: 13_456 } };
    const figures = {
      game: 0.0071,
      floor: 0.003,
      timesFloor: 2.37,
      idleDollars: 0.5,
      fixedDollars: 3,
      alternatives,
    };
    const { markdown, pictures } = sectionOf('cost', { ...LATENCY, figures });
    expect(markdown).toContain('| games a month at which hybrid costs as much | 13,456 |');
    expect(pictures['cost.svg']).toMatch(/hybrid[^]*<\/svg>\n$/);
  });

  it('shows what a benchmark printed even when its figures are of a shape it does not know', () => {
    const { markdown, pictures } = sectionOf('cost', { ...LATENCY, text: 'the bill', figures: ['?'] });
    expect(markdown).toContain('the bill');
    expect(pictures).toEqual({});
  });
});
