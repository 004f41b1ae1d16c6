// The tally as CloudWatch metrics: one line in the embedded metric format for a minute of an instance, not one for a command.

import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { latencySamples } from '../app/latency.ts';
import type { Counts } from '../store/counters.ts';

/** Each is a custom metric with one set of dimensions, service and stage: a stage pays for so many and no more. */
const METRICS: Readonly<Record<string, (name: string) => boolean>> = {
  Commands: (name) => name.startsWith('ms.'),
  Conflicts: (name) => name === 'conflicts',
  Posts: (name) => name === 'posts.delivered',
  PostsGone: (name) => name === 'posts.gone',
  PostsFailed: (name) => name === 'posts.failed',
  Retries: (name) => name.startsWith('retries.'),
  /** What is our fault: frames and requests that could not be answered, effects that did not work. */
  Failures: (name) => name === 'errors.INTERNAL_ERROR' || name.startsWith('failures.'),
};
/** What games cost, dollars; from whole counts of billionths (src/app/execute.ts). The alarm function adds up its hours. */
const COST = { name: 'Cost', count: 'nanodollars', perDollar: 1e9 } as const;
/** The ms of commands from frame to reply; alarms look at its 99th percentile. */
const LATENCY = 'CommandLatency';
/** As many values as one metric of a line may have. */
const MOST_SAMPLES = 100;

/** All of them, each of which is paid for by the month. */
export const METRIC_NAMES: readonly string[] = [...Object.keys(METRICS), COST.name, LATENCY];

/** What writes gathered counts as a line of metrics, if any of them is one. */
export function createMetrics(stage: string): (gathered: Counts) => void {
  const metrics = new Metrics({
    namespace: 'LiapTui',
    serviceName: 'liap-tui',
    defaultDimensions: { stage },
  });
  return (gathered) => {
    for (const [metric, belongs] of Object.entries(METRICS)) {
      const names = Object.keys(gathered).filter(belongs);
      const sum = names.reduce((total, name) => total + (gathered[name] ?? 0), 0);
      if (sum > 0) metrics.addMetric(metric, MetricUnit.Count, sum);
    }
    const cost = gathered[COST.count] ?? 0;
    if (cost > 0) metrics.addMetric(COST.name, MetricUnit.NoUnit, cost / COST.perDollar);
    for (const ms of latencySamples(gathered, MOST_SAMPLES))
      metrics.addMetric(LATENCY, MetricUnit.Milliseconds, ms);
    // What is not ours to alarm about, such as a player's wrong move, is no metric: without any there is no line.
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
}
