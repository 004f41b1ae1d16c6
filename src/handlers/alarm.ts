// Tells operators what CloudWatch's alarms, Step Functions and the clock have to say.

import * as z from 'zod/mini';
import { checkCost, tellAlarm, tellGame } from '../app/alarm.ts';
import { createCostHistory, createNotices } from '../aws/notices.ts';
import { clock } from '../aws/process.ts';
import { Environment, readEnvironment } from './environment.ts';
import { AlarmPayload } from './payloads.ts';

const environment = readEnvironment(
  z.pick(Environment, { STAGE: true, ALARM_TOPIC: true, DAILY_COST_LIMIT: true }),
);
const ports = {
  stage: environment.STAGE,
  dailyLimit: environment.DAILY_COST_LIMIT,
  ...createNotices(environment.ALARM_TOPIC),
  ...createCostHistory(environment.STAGE, () => clock.now()),
};

export async function handler(event: unknown): Promise<void> {
  const happening = AlarmPayload.parse(event);
  switch (happening.source) {
    case 'aws.cloudwatch': {
      const { alarmName, state } = happening.alarmData;
      return tellAlarm(ports, { name: alarmName, state: state.value, reason: state.reason });
    }
    case 'aws.states':
      return tellGame(ports, happening.detail);
    case 'aws.events':
      return checkCost(ports);
  }
}
