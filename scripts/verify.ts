// `npm run verify -- <file>`: deals every round of a room's log again from the revealed seeds, compares commitments and hands,
// and replays every move and score. Exits with 1 and names the event when the log does not hold together.

import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { Command } from 'commander';
import { webUrl } from './arguments.ts';
import { readLog } from '../src/verify/log.ts';
import type { RawLog } from '../src/verify/log.ts';
import { verify } from '../src/verify/verify.ts';
import type { EventRef, GameReport, RoundReport, Verification, Wrong } from '../src/verify/verify.ts';

interface Source {
  readonly url?: string;
  readonly room?: string;
  readonly token?: string;
}

/** The most commits the endpoint gives at once. */
const PAGE = 500;

const STATES: Readonly<Record<RoundReport['state'], string>> = {
  verified: 'verified',
  playing: 'not yet verifiable: its seed is not revealed before it is scored',
  'cut short': 'never scored, the game ended before',
};

const program = new Command('verify')
  .description('Checks the log of a room against its seeds and the rules.')
  .argument(
    '[file]',
    'what GET /api/rooms/{room_id}/events said: a page, several, or a list of events; - reads the input',
  )
  .option('--url <url>', 'fetch the log from this entry instead', webUrl)
  .option('--room <id>', 'of the room to fetch')
  .option('--token <token>', 'of the operator, or the session of a player of a finished game')
  .action(async (file: string | undefined, source: Source) => {
    try {
      const log = file === undefined ? await fetchLog(source) : readLog(await contentOf(file));
      const verification = await verify(log.events);
      console.log(written(log, verification));
      process.exitCode = verification.ok ? 0 : 1;
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    }
  });
await program.parseAsync();

function contentOf(file: string): Promise<string> {
  return file === '-' ? textOf(process.stdin) : readFile(file, 'utf8');
}

// ---- Fetching ----

async function fetchLog({ url, room, token }: Source): Promise<RawLog> {
  if (url === undefined || room === undefined || token === undefined)
    throw new Error('Give a file, or --url, --room and --token.');
  const events: unknown[] = [];
  for (let after: number | null = 0; after !== null;) {
    const page = await fetchPage(new URL(`/api/rooms/${encodeURIComponent(room)}/events`, url), after, token);
    events.push(...page.events);
    after = page.next;
  }
  return { room, events };
}

interface Page {
  readonly events: readonly unknown[];
  readonly next: number | null;
}

async function fetchPage(address: URL, after: number, token: string): Promise<Page> {
  address.search = new URLSearchParams({ after: `${after}`, limit: `${PAGE}` }).toString();
  const response = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
  const said = (await response.json()) as Page | { readonly error: { readonly message: string } };
  if ('error' in said) throw new Error(`${response.status}: ${said.error.message}`);
  return said;
}

// ---- Writing ----

function written({ room }: RawLog, verification: Verification): string {
  const { wrong, events, commits } = verification;
  const head = `${room === null ? 'The log' : `Room ${room}`}: ${events} events in ${commits} commits.`;
  const said = wrong === null ? praise(verification) : blame(wrong, verification);
  return [head, ...said].join('\n');
}

function praise({ games, rounds }: Verification): readonly string[] {
  const verified = rounds.filter(({ state }) => state === 'verified').length;
  const all = rounds.length === verified ? '' : ` of ${rounds.length}`;
  return [
    ...games.flatMap((game) => [
      gameLine(game),
      ...rounds.filter((round) => round.game === game.game).map(roundLine),
    ]),
    `The log holds together; ${verified}${all} ${rounds.length === 1 ? 'round' : 'rounds'} verified.`,
  ];
}

function blame({ suspects, problem, at }: Wrong, { rounds }: Verification): readonly string[] {
  const [suspect] = suspects;
  const isHere = suspects.length === 1 && suspect?.place === at.place;
  const verified = rounds.filter(({ state }) => state === 'verified').length;
  return [
    `${suspects.length === 1 ? 'Wrong' : 'Wrong is one of these'}: ${suspects.map(named).join('; ')}.`,
    ...(isHere ? [] : [`It shows at ${named(at)}:`]),
    problem,
    `Before that ${counted(verified, 'round')} verified.`,
  ];
}

function named({ place, seq, type }: EventRef): string {
  return `event ${place}, ${type}${seq === null ? '' : ` (seq ${seq})`}`;
}

function gameLine({ game, outcome, winners, totals }: GameReport): string {
  const scores = Object.entries(totals).map(([name, total]) => `${name} ${total}`);
  const end =
    outcome === null
      ? 'not over'
      : winners.length === 0
        ? outcome
        : `${outcome}, won by ${winners.join(' and ')}`;
  return `Game ${game}: ${end}; ${scores.join(', ')}.`;
}

function roundLine({ round, deals, turns, state }: RoundReport): string {
  return `  Round ${round}: ${counted(deals, 'deal')}, ${counted(turns, 'turn')}: ${STATES[state]}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
