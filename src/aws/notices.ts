// Operators on AWS: the topic that tells them, and what CloudWatch knows of the stage's cost.

import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { AlarmPorts } from '../app/alarm.ts';

const HOUR_SECONDS = 3600;
/** What src/aws/metrics.ts writes. */
const COST = { Namespace: 'LiapTui', MetricName: 'Cost' };

export function createNotices(TopicArn: string): Pick<AlarmPorts, 'tell'> {
  const client = new SNSClient({});
  return {
    tell: async ({ subject, text }) => {
      await client.send(new PublishCommand({ TopicArn, Subject: subject, Message: text }));
    },
  };
}

/** Costs by the hour from our own metric, which knows the stage; an hour without games has no value and cost nothing. */
export function createCostHistory(stage: string, now: () => number): Pick<AlarmPorts, 'hourlyCosts'> {
  const client = new CloudWatchClient({});
  return {
    hourlyCosts: async (hours) => {
      const end = Math.floor(now() / 1_000 / HOUR_SECONDS) * HOUR_SECONDS;
      const start = end - hours * HOUR_SECONDS;
      const { Datapoints = [] } = await client.send(
        new GetMetricStatisticsCommand({
          ...COST,
          Dimensions: [
            { Name: 'service', Value: 'liap-tui' },
            { Name: 'stage', Value: stage },
          ],
          StartTime: new Date(start * 1_000),
          EndTime: new Date(end * 1_000),
          Period: HOUR_SECONDS,
          Statistics: ['Sum'],
        }),
      );
      const costs = Array.from({ length: hours }, () => 0);
      for (const { Timestamp, Sum } of Datapoints) {
        const hour = ((Timestamp?.getTime() ?? NaN) / 1_000 - start) / HOUR_SECONDS;
        if (hour in costs) costs[hour] = Sum ?? 0;
      }
      return costs;
    },
  };
}
