// What operators are told, and when: an alarm of CloudWatch that changes, a game that did not end as games do, a day that costs
// too much. Each has its entry in docs/runbook.md.

/** Something to tell operators. The subject is plain ASCII, 100 characters at the most, as a mail's from SNS must be. */
export interface Notice {
  readonly subject: string;
  readonly text: string;
}
export interface AlarmPorts {
  readonly stage: string;
  /** US dollars a day may cost. */
  readonly dailyLimit: number;
  /** What the stage cost in each of the last hours, US dollars, the latest last. */
  hourlyCosts(hours: number): Promise<readonly number[]>;
  tell(notice: Notice): Promise<void>;
}

/** What is watched here and not by an alarm of CloudWatch, which would cost: headings of docs/runbook.md, like the alarms' names. */
export const GAMES_ABORTED = 'games-aborted';
export const DAILY_COST = 'daily-cost';

const MOST_SUBJECT = 100;
const DAY_HOURS = 24;

export function tellAlarm(
  ports: AlarmPorts,
  alarm: { readonly name: string; readonly state: string; readonly reason: string },
): Promise<void> {
  const { stage } = ports;
  // `liap-tui-prod-errors` is `errors` in the runbook.
  const topic = alarm.name.slice(alarm.name.indexOf(`-${stage}-`) + stage.length + 2);
  return ports.tell(noticeOf(stage, `${topic} is ${alarm.state}`, topic, alarm.reason));
}

export function tellGame(
  ports: AlarmPorts,
  game: { readonly name: string; readonly status: string },
): Promise<void> {
  const text = `The execution ${game.name} (room, number and start of the game) ended as ${game.status}.`;
  return ports.tell(noticeOf(ports.stage, `game ${game.name} ${game.status}`, GAMES_ABORTED, text));
}

/** To be called every hour. Tells once when the last 24 hours begin to cost more than a day may, not again while they do. */
export async function checkCost(ports: AlarmPorts): Promise<void> {
  const costs = await ports.hourlyCosts(DAY_HOURS + 1);
  const now = sum(costs.slice(-DAY_HOURS));
  const before = sum(costs.slice(0, DAY_HOURS));
  if (now <= ports.dailyLimit || before > ports.dailyLimit) return;
  const text = `The last 24 hours cost $${now.toFixed(2)}; a day may cost $${ports.dailyLimit.toFixed(2)}.`;
  await ports.tell(noticeOf(ports.stage, `a day for $${now.toFixed(2)}`, DAILY_COST, text));
}

function noticeOf(stage: string, what: string, topic: string, text: string): Notice {
  return {
    subject: `Liap Tui ${stage}: ${what}`.replace(/[^\x20-\x7E]/g, '?').slice(0, MOST_SUBJECT),
    text: `${text}\n\nWhat to do: docs/runbook.md, "${topic}".`,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
