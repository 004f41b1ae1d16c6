import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createMetrics } from '../../../src/aws/metrics.ts';

let lines: Record<string, unknown>[];

beforeEach(() => {
  lines = [];
  process.env['POWERTOOLS_DEV'] = 'true';
  process.env['POWERTOOLS_METRICS_DISABLED'] = 'false';
  jest.spyOn(console, 'log').mockImplementation((line: unknown) => {
    lines.push(JSON.parse(String(line)) as Record<string, unknown>);
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  delete process.env['POWERTOOLS_DEV'];
  delete process.env['POWERTOOLS_METRICS_DISABLED'];
});

test('a minute of an instance is one line with what alarms look at, for a stage', () => {
  createMetrics('dev')({
    'ms.50': 3,
    'ms.100': 1,
    conflicts: 2,
    'posts.delivered': 12,
    'posts.gone': 1,
    'errors.INTERNAL_ERROR': 1,
    'failures.publish': 1,
    nanodollars: 2_500_000,
    frames: 4,
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    service: 'liap-tui',
    stage: 'dev',
    Commands: 4,
    Conflicts: 2,
    Posts: 12,
    PostsGone: 1,
    Failures: 2,
    Cost: 0.0025,
    CommandLatency: [50, 50, 50, 100],
  });
  expect(lines[0]).not.toHaveProperty('PostsFailed');
});

test('the next line begins anew, under the same dimensions', () => {
  const emit = createMetrics('dev');
  emit({ conflicts: 2 });
  emit({ conflicts: 1 });
  expect(lines[1]).toMatchObject({ service: 'liap-tui', stage: 'dev', Conflicts: 1 });
});

test('what is no metric makes no line: a wrong move is the player’s', () => {
  createMetrics('dev')({ 'errors.NOT_YOUR_TURN': 3, frames: 3 });
  expect(lines).toEqual([]);
});
