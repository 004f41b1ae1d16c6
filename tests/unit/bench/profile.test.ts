/** The latency profile of the benchmarks: its distributions go through the two points they are given by. */
import { describe, expect, it } from '@jest/globals';
import { PROFILE, rowNames, sampleFrom, withRows } from '../../../scripts/bench/profile.ts';
import { read, tableOf } from '../../support/documents.ts';

const DRAWS = 40_000;

describe('the profile', () => {
  it.each(rowNames())('has half of the times of %s below its p50 and 99 of 100 below its p99', (name) => {
    const sample = sampleFrom(PROFILE, 1);
    const times = Array.from({ length: DRAWS }, () => sample(name)).sort((a, b) => a - b);
    const share = (limit: number): number => times.filter((ms) => ms <= limit).length / DRAWS;
    expect(Math.abs(share(PROFILE[name].p50) - 0.5)).toBeLessThan(0.01);
    expect(Math.abs(share(PROFILE[name].p99) - 0.99)).toBeLessThan(0.002);
    expect(times[0]).toBeGreaterThan(0);
  });

  it('gives the same times to the same seed, and others to another', () => {
    const draw = (seed: number): readonly number[] => rowNames().map(sampleFrom(PROFILE, seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('gives a row the same times whatever is drawn from the others meanwhile', () => {
    const [alone, among] = [sampleFrom(PROFILE, 3), sampleFrom(PROFILE, 3)];
    const times = Array.from({ length: 5 }, () => {
      among('read');
      return among('post');
    });
    expect(times).toEqual(Array.from({ length: 5 }, () => alone('post')));
  });

  it('can have a row replaced, by name', () => {
    const profile = withRows(['post=6,20']);
    expect(profile.post).toMatchObject({ p50: 6, p99: 20 });
    expect(profile.read).toEqual(PROFILE.read);
  });

  it.each(['post', 'post=6', 'mail=6,20', 'post=20,6', 'post=0,6'])('refuses %s as a row', (text) => {
    expect(() => withRows([text])).toThrow(text);
  });

  it('is the table of the facts, row by row', () => {
    const rows = rowNames().map((name) => {
      const { call, p50, p99, from } = PROFILE[name];
      return [call, String(p50), String(p99), from];
    });
    expect(tableOf(read('docs/aws-facts.md'), 'call')).toEqual(rows);
  });
});
