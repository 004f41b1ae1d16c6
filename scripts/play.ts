// `npm run play`: plays a whole game against any entry and checks what every seat sees. Exits with 1 and the reason when
// something is wrong: the smoke test of a deployment.

import { Command } from 'commander';
import { webUrl, wholeNumber } from './arguments.ts';
import { playGame } from './play/game.ts';
import type { Report } from './play/game.ts';

interface Flags {
  readonly url: string;
  readonly humans: number;
  readonly pace: number;
  readonly seed: number;
  readonly patience: number;
  readonly quiet?: true;
}

const program = new Command('play')
  .description('Plays a whole game of Liap Tui with protocol clients and checks what every seat sees.')
  .option('--url <url>', 'entry to play at', webUrl, 'http://localhost:8080')
  .option('--humans <count>', 'seats played from here, 1 to 4; bots have the rest', wholeNumber(1, 4), 4)
  .option('--pace <ms>', 'pause before each move', wholeNumber(0, 600_000), 0)
  .option(
    '--seed <number>',
    'decides the choices of the players',
    wholeNumber(0, 2 ** 31),
    Date.now() % 1_000_000,
  )
  .option('--patience <seconds>', 'how long nothing may happen', wholeNumber(1, 3_600), 90)
  .option('--quiet', 'report only');

const { quiet, patience, ...flags } = program.parse().opts<Flags>();
try {
  const say = quiet === true ? undefined : (line: string) => console.log(line);
  const report = await playGame({
    ...flags,
    patience: patience * 1_000,
    ...(say === undefined ? {} : { say }),
  });
  console.log(written(report));
} catch (error) {
  console.error(`Failed (--seed ${flags.seed}): ${reasonOf(error)}`);
  process.exitCode = 1;
}

function written({ room, rounds, moves, scores, winners, ms, latency, seen }: Report): string {
  const totals = Object.entries(scores).map(([name, score]) => `${name} ${score}`);
  return [
    `Game over in room ${room}: ${winners.join(' and ')} won. ${totals.join(', ')}.`,
    `${rounds} rounds and ${moves} moves in ${(ms / 1_000).toFixed(1)} s; answers after ${latency.p50.toFixed(1)} ms (p50), ${latency.p99.toFixed(1)} ms (p99).`,
    `${seen.frames} frames checked, ${seen.complete} of ${seen.views} views with full knowledge of the round; ${seen.late} overtaken, ${seen.repeated} repeated; ${seen.told} of ${seen.turnEnds} ends of turns told twice.`,
  ].join('\n');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
