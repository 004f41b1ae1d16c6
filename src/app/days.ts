// The games of each day, for operators.

import type { Clock } from './ports.ts';
import type { DayStats, SystemDays } from '../protocol/http.ts';
import type { DayCounts, DayTally } from '../store/result-items.ts';
import { dayOf } from '../store/keys.ts';
import { NO_GAMES } from '../store/results.ts';
import type { Results } from '../store/results.ts';

const DAY_MS = 24 * 3_600_000;

/** The last so many days, oldest first. */
export async function systemDays(
  { results, clock }: { readonly results: Pick<Results, 'days'>; readonly clock: Pick<Clock, 'now'> },
  days: number,
): Promise<SystemDays> {
  const now = clock.now();
  const dates = Array.from({ length: days }, (_, place) => dayOf(now - (days - 1 - place) * DAY_MS));
  const tallies = await results.days(dates[0] ?? dayOf(now), dayOf(now));
  return {
    days: dates.map((date) => dayStats(date, tallies)),
    timestamp: now / 1_000,
  };
}

function dayStats(date: string, tallies: readonly DayTally[]): DayStats {
  const { seconds, ...counts } = tallies
    .filter(({ day }) => day === date)
    .reduce((sum, { counts }) => sumOfDay(sum, counts), NO_GAMES);
  return { date, ...counts, minutes: Math.round(seconds / 60) };
}

function sumOfDay(one: DayCounts, other: DayCounts): DayCounts {
  return {
    completed: one.completed + other.completed,
    abandoned: one.abandoned + other.abandoned,
    aborted: one.aborted + other.aborted,
    rounds: one.rounds + other.rounds,
    humans: one.humans + other.humans,
    bots: one.bots + other.bots,
    left: one.left + other.left,
    seconds: one.seconds + other.seconds,
  };
}
