// A game in a log: what comes of each of its events by the rules, or why it cannot have happened.

import { botDeclares, botPlays } from '../game/bot.ts';
import { isWeak, MAX_REDEALS } from '../game/deal.ts';
import { allowedDeclarations } from '../game/declaring.ts';
import { DECK } from '../game/pieces.ts';
import type { Hand, Piece } from '../game/pieces.ts';
import { gameResult, scoreSeat } from '../game/scoring.ts';
import { bySeat, orderFrom, SEATS } from '../game/seats.ts';
import type { BySeat, Seat } from '../game/seats.ts';
import { classify, pick, winnerOf } from '../game/sets.ts';
import { firstAccepter, firstStarter } from '../game/starter.ts';
import type { EventType } from '../room/events.ts';
import type { StarterReason } from '../room/room.ts';
import type { ToldEvent, ToldOf } from './log.ts';
import { awaitedIn, isByRule, isOverdue, isTooEarly, problemOfMover, resultsEnd } from './movers.ts';
import type { OfRoom, OfSeat } from './seats.ts';
import { isPresent, nameAt, objectionTo } from './table.ts';
import type { Game, Objection, Phase, Playing, Round, Ruling, Seeds, Table } from './table.ts';

type OfGame = Exclude<ToldEvent, OfRoom | OfSeat>;

/** The events by which a game goes on without the state machine. */
export const MOVES: readonly EventType[] = [
  'RedealDecided',
  'Declared',
  'Played',
  'TurnStarted',
  'RoundScored',
];

/** What comes of an event of the game that runs. */
export function judgeGame(table: Playing, event: OfGame, at: number, seeds: Seeds): Ruling {
  switch (event.type) {
    case 'TaskEntered':
      return taskEntered(table, event, at);
    case 'Dealt':
      return dealt(table, event, at, seeds);
    case 'RedealDecided':
      return redealDecided(table, event, at);
    case 'RoundStarted':
      return roundStarted(table, at);
    case 'DeclarationOpened':
      return declarationOpened(table, at);
    case 'Declared':
      return declared(table, event, at);
    case 'TurnStarted':
      return turnStarted(table, event, at);
    case 'Played':
      return played(table, event, at);
    case 'TurnResolved':
      return turnResolved(table, event, at);
    case 'PlayerReady':
      return playerReady(table, event);
    case 'RoundScored':
      return roundScored(table, event, at);
    case 'GameEnded':
      return gameEnded(table, event, at);
  }
}

function playing(table: Playing, changes: Partial<Game>, follow: Table['follow'] = table.follow): Table {
  return { ...table, game: { ...table.game, ...changes }, follow };
}

const OUT_OF_PLACE: Objection = { problem: 'The game was not there yet, or past it.' };

/** The state machine enters a phase: at its beginning, or while it lasts, and then what is due is done at once. */
function taskEntered(table: Playing, event: ToldOf<'TaskEntered'>, at: number): Ruling {
  const tasks = tasksOf(table, at);
  const task = tasks.find((each) => each.phase === event.phase) ?? tasks[0];
  if (task === undefined) return OUT_OF_PLACE;
  const { phase, round, opens } = task;
  const follow: Table['follow'] =
    opens !== null
      ? { must: [opens] }
      : isOverdue(table, at)
        ? { must: ['BotTookOver', ...MOVES] }
        : { may: [] };
  return objectionTo(event, { ...event, phase, round }) ?? { ...table, follow };
}

interface Task {
  readonly phase: ToldOf<'TaskEntered'>['phase'];
  readonly round: number;
  /** What its entry brings about; null while it lasts. */
  readonly opens: EventType | null;
}

/** What the state machine can enter: the task that lasts, until its pause is over, and from the beginning of the pause on the next. */
function tasksOf({ game, settings }: Playing, at: number): readonly Task[] {
  const { phase, round, scored, since } = game;
  const number = round?.number ?? 1;
  const turns: Task = { phase: 'turns', round: number, opens: null };
  const preparation: Task = { phase: 'preparation', round: number, opens: null };
  const lasting = (task: Task, seconds: number) => (at < since + seconds * 1_000 ? [task] : []);
  switch (phase.name) {
    case 'starting':
      return [{ phase: 'preparation', round: 1, opens: 'Dealt' }];
    case 'redeal':
      return [preparation];
    case 'round start':
      return [
        { phase: 'declaration', round: number, opens: 'DeclarationOpened' },
        ...lasting(preparation, settings.roundStartSeconds),
      ];
    case 'declaration':
      return [{ phase: 'declaration', round: number, opens: null }];
    case 'turn':
    case 'result':
      return [turns];
    case 'scored':
      return [
        ...(phase.winners.length > 0
          ? []
          : [{ phase: 'preparation', round: scored + 1, opens: 'Dealt' } as const]),
        ...lasting(turns, settings.scoringSeconds),
      ];
  }
}

/** Whether this and nothing else must come next. */
function isAsked({ follow }: Table, type: EventType): boolean {
  return 'must' in follow && follow.must.length === 1 && follow.must[0] === type;
}

// ---- Dealing ----

function dealt(table: Playing, event: ToldOf<'Dealt'>, at: number, seeds: Seeds): Ruling {
  if (!isAsked(table, 'Dealt')) return OUT_OF_PLACE;
  const { game } = table;
  const last = game.phase.name === 'redeal' ? game.round : null;
  const redeals = last === null ? 0 : last.redeals + 1;
  const hands = handsOf(event, redeals, seeds);
  if (typeof hands === 'string') return { problem: hands };
  const [starter, starterReason] = starterOf(game, event, hands);
  const weak = hands === null ? weakAsTold(event.weak, redeals) : SEATS.filter((seat) => isWeak(hands[seat]));
  const round = last?.number ?? game.scored + 1;
  const facts = { round, redeals, multiplier: redeals + 1, starter, starterReason, weak };
  const expected: ToldEvent = hands === null ? { ...event, ...facts } : { ...event, ...facts, hands };
  const objection = objectionTo(event, expected);
  if (objection !== null) return objection;
  const nothing = bySeat(() => []);
  const begun: Round = {
    number: round,
    redeals,
    starter,
    hands,
    hidden: hands === null || (last?.hidden ?? false),
    laid: nothing,
    piles: bySeat(() => 0),
    values: [],
  };
  const phase: Phase = weak.length === 0 ? { name: 'round start' } : { name: 'redeal', weak, answers: [] };
  return playing(table, { round: begun, phase, since: at }, { may: [] });
}

/** The hands that the seed gives; null while it is not told; a sentence when seed and commitment are not a pair. */
function handsOf(
  { proof, hands }: ToldOf<'Dealt'>,
  redeals: number,
  seeds: Seeds,
): BySeat<Hand> | null | string {
  const { seed, commitment } = proof;
  if (seed === undefined) return hands === undefined ? null : 'It tells the hands and keeps the seed.';
  const dealtHands = seeds.handsOf(seed, redeals < MAX_REDEALS ? 'first draw' : 'no weak hand');
  if (dealtHands === null) return 'Its seed is none: it must be 64 lower-case hex digits.';
  return seeds.digestOf(seed) === commitment ? dealtHands : 'Its seed is not the one that was committed to.';
}

function starterOf(
  { phase, round, lastWinner }: Game,
  event: ToldOf<'Dealt'>,
  hands: BySeat<Hand> | null,
): readonly [Seat, StarterReason] {
  if (phase.name === 'redeal' && round !== null) {
    const accepted = phase.answers.filter(({ accept }) => accept).map(({ seat }) => seat);
    return [firstAccepter(accepted, round.starter), 'accepted_redeal'];
  }
  if (lastWinner !== null) return [lastWinner, 'won_last_turn'];
  return [hands === null ? event.starter : firstStarter(hands), 'has_general_red'];
}

/** Who is weak cannot be seen while hands are not told, but the last deal has no weak hand. */
function weakAsTold(told: readonly Seat[], redeals: number): readonly Seat[] {
  return redeals < MAX_REDEALS ? SEATS.filter((seat) => told.includes(seat)) : [];
}

function redealDecided(table: Playing, event: ToldOf<'RedealDecided'>, at: number): Ruling {
  const { phase } = table.game;
  if (phase.name !== 'redeal') return OUT_OF_PLACE;
  const { seat, accept, forced } = event;
  const awaited = awaitedIn(table.game);
  if (!awaited.includes(seat)) return { problem: `Seat ${seat} was not asked, or has answered.` };
  const occupant = table.seats[seat];
  const isReplaced = occupant?.kind === 'human' && occupant.presence === 'replaced';
  const rule = forced ? isReplaced : occupant?.kind === 'bot' ? true : accept;
  const objection = problemOfMover(table, event, at) ?? objectionTo(event, { ...event, accept: rule });
  if (objection !== null) return objection;
  const answers = [...phase.answers, { seat, accept }];
  const next: Phase = { ...phase, answers };
  if (awaited.length > 1) return playing(table, { phase: next });
  const must: EventType = answers.some((answer) => answer.accept) ? 'Dealt' : 'RoundStarted';
  return playing(table, { phase: next }, { must: [must] });
}

function roundStarted(table: Playing, at: number): Ruling {
  if (!isAsked(table, 'RoundStarted')) return OUT_OF_PLACE;
  return playing(table, { phase: { name: 'round start' }, since: at }, { may: [] });
}

// ---- Declaring ----

function declarationOpened(table: Playing, at: number): Ruling {
  if (!isAsked(table, 'DeclarationOpened')) return OUT_OF_PLACE;
  return playing(table, { phase: { name: 'declaration' }, since: at }, { may: [] });
}

function declared(table: Playing, event: ToldOf<'Declared'>, at: number): Ruling {
  const { phase, round, zeros } = table.game;
  const [mover] = awaitedIn(table.game);
  if (phase.name !== 'declaration' || round === null || mover === undefined) return OUT_OF_PLACE;
  const order = objectionTo(event, { ...event, seat: mover }) ?? problemOfMover(table, event, at);
  if (order !== null) return order;
  const declaring = { declared: round.values, zerosInARow: zeros[mover] };
  const allowed = allowedDeclarations(declaring);
  if (!allowed.includes(event.value))
    return { problem: `${nameAt(table, mover)} could declare ${allowed.join(', ')}.` };
  if (isByRule(table, event) && round.hands !== null) {
    const value = botDeclares({ ...declaring, hand: round.hands[mover], isFirst: round.values.length === 0 });
    const objection = objectionTo(event, { ...event, value });
    if (objection !== null) return objection;
  }
  const values = [...round.values, event.value];
  const changes = { round: { ...round, values }, since: at };
  return playing(table, changes, values.length < 4 ? { may: [] } : { must: ['TurnStarted'] });
}

// ---- Turns ----

function turnStarted(table: Playing, event: ToldOf<'TurnStarted'>, at: number): Ruling {
  const { phase, round } = table.game;
  if (round === null) return OUT_OF_PLACE;
  const start = (number: number, leader: Seat, since: number, may: readonly EventType[]): Ruling =>
    objectionTo(event, { ...event, number, leader }) ??
    playing(table, { phase: { name: 'turn', number, leader, plays: [] }, since }, { may });
  if (phase.name === 'declaration')
    return isAsked(table, 'TurnStarted') ? start(1, round.starter, at, []) : OUT_OF_PLACE;
  if (phase.name !== 'result' || isPlayedOut(round)) return OUT_OF_PLACE;
  if (!isAsked(table, 'TurnStarted') && isTooEarly(table, at)) return TOO_EARLY;
  // Clients may have begun the turn on time, with no commit to say so; who they were is in no log that is shown.
  const began = isPresent(table.seats[phase.winner]) ? Math.min(at, resultsEnd(table)) : at;
  // A turn that began untold is in the log with its first play.
  return start(phase.number + 1, phase.winner, began, ['Played']);
}

function played(table: Playing, event: ToldOf<'Played'>, at: number): Ruling {
  const { phase, round } = table.game;
  if (phase.name !== 'turn' || round === null) return OUT_OF_PLACE;
  const { plays, leader } = phase;
  const seat = orderFrom(leader)[plays.length] ?? leader;
  const objection =
    objectionTo(event, { ...event, seat }) ??
    problemOfMover(table, event, at) ??
    objectionToPieces(table, round, event) ??
    objectionTo(event, { ...event, play: classify(event.pieces) }) ??
    objectionToSet(event, plays[0]?.pieces.length ?? null) ??
    objectionToRule(table, round, event, plays[0]?.pieces.length ?? null);
  if (objection !== null) return objection;
  const laid = [...plays, { seat, pieces: event.pieces }];
  const follow: Table['follow'] = laid.length === 4 ? { must: ['TurnResolved'] } : { may: [] };
  return playing(
    table,
    { round: without(round, event), phase: { ...phase, plays: laid }, since: at },
    follow,
  );
}

/** The round with these pieces on the table. */
function without(round: Round, { seat, indices, pieces }: ToldOf<'Played'>): Round {
  const laid = { ...round.laid, [seat]: [...round.laid[seat], ...pieces] };
  if (round.hands === null) return { ...round, laid };
  const rest = round.hands[seat].filter((_, position) => !indices.includes(position));
  return { ...round, laid, hands: { ...round.hands, [seat]: rest } };
}

/** The leader lays a set, the others as many pieces. */
function objectionToSet({ pieces, play }: ToldOf<'Played'>, required: number | null): Objection | null {
  if (required === null) return play === 'INVALID' ? { problem: 'A turn begins with a valid set.' } : null;
  return pieces.length === required ? null : { problem: `${required} pieces had to be laid.` };
}

/** The pieces lay at the positions named; while hands are not told, they are pieces that can be there. */
function objectionToPieces(table: Table, round: Round, event: ToldOf<'Played'>): Objection | null {
  const { seat, indices, pieces } = event;
  const left = 8 - round.laid[seat].length;
  const isChoice =
    indices.length > 0 &&
    new Set(indices).size === indices.length &&
    indices.every((index) => index >= 0 && index < left);
  if (!isChoice)
    return { problem: `${nameAt(table, seat)} had ${left} pieces; these are not positions of them.` };
  if (round.hands !== null) return objectionTo(event, { ...event, pieces: pick(round.hands[seat], indices) });
  if (pieces.length !== indices.length) return { problem: 'It names not as many pieces as positions.' };
  const all = [...SEATS.flatMap((each) => round.laid[each]), ...pieces];
  const count = (list: readonly Piece[], piece: Piece): number =>
    list.filter((each) => each === piece).length;
  const extra = pieces.find((piece) => count(all, piece) > count(DECK, piece));
  return extra === undefined ? null : { problem: `There are not so many pieces ${extra}.` };
}

function objectionToRule(
  table: Playing,
  { hands }: Round,
  event: ToldOf<'Played'>,
  required: number | null,
): Objection | null {
  if (!isByRule(table, event) || hands === null) return null;
  const indices = botPlays(hands[event.seat], required);
  const pieces = pick(hands[event.seat], indices);
  return objectionTo(event, { ...event, indices, pieces, play: classify(pieces) });
}

function turnResolved(table: Playing, event: ToldOf<'TurnResolved'>, at: number): Ruling {
  const { phase, round } = table.game;
  if (phase.name !== 'turn' || round === null || !isAsked(table, 'TurnResolved')) return OUT_OF_PLACE;
  const { plays, number } = phase;
  const best = plays[winnerOf(plays.map(({ pieces }) => pieces))];
  if (best === undefined) return OUT_OF_PLACE;
  const { seat: winner, pieces } = best;
  const objection = objectionTo(event, { ...event, winner, piles: pieces.length });
  if (objection !== null) return objection;
  const piles = { ...round.piles, [winner]: round.piles[winner] + pieces.length };
  const next: Phase = { name: 'result', number, winner, ready: [] };
  const changes = { round: { ...round, piles }, phase: next, lastWinner: winner, since: at };
  const hasPause = table.settings.turnResultsSeconds > 0;
  return playing(table, changes, hasPause ? { may: [] } : { must: afterTurn(round) });
}

const TOO_EARLY: Objection = { problem: 'The pause after the turn was not over.' };

function afterTurn(round: Round): readonly EventType[] {
  return [isPlayedOut(round) ? 'RoundScored' : 'TurnStarted'];
}

function isPlayedOut({ laid }: Round): boolean {
  return SEATS.every((seat) => laid[seat].length === 8);
}

/** The pause after a turn is cut short once every human who is there has asked for it. */
function playerReady(table: Playing, event: ToldOf<'PlayerReady'>): Ruling {
  const { phase, round } = table.game;
  if (phase.name !== 'result' || round === null) return OUT_OF_PLACE;
  const { seat } = event;
  if (!isPresent(table.seats[seat]) || phase.ready.includes(seat))
    return { problem: `${nameAt(table, seat)} was not there to ask, or had asked.` };
  const ready = [...phase.ready, seat];
  const isAll = SEATS.every((each) => !isPresent(table.seats[each]) || ready.includes(each));
  return playing(table, { phase: { ...phase, ready } }, isAll ? { must: afterTurn(round) } : { may: [] });
}

// ---- Scores ----

const NOT_TOLD =
  'Its round is scored, so its seed must be told. If the log was fetched earlier, fetch it again.';

function roundScored(table: Playing, event: ToldOf<'RoundScored'>, at: number): Ruling {
  const { game, settings } = table;
  const { phase, round, totals } = game;
  if (phase.name !== 'result' || round === null || !isPlayedOut(round)) return OUT_OF_PLACE;
  if (!isAsked(table, 'RoundScored') && isTooEarly(table, at)) return TOO_EARLY;
  if (round.hidden) return { problem: NOT_TOLD, blame: 'hidden deals' };
  const order = orderFrom(round.starter);
  const declaredBy = bySeat((seat) => round.values[order.indexOf(seat)] ?? 0);
  const scores = bySeat((seat) => {
    const piled = { declared: declaredBy[seat], captured: round.piles[seat] };
    const score = scoreSeat({ ...piled, multiplier: round.redeals + 1 });
    return { ...piled, ...score, total: totals[seat] + score.final };
  });
  const { winScore, maxRounds } = settings;
  const scored = game.scored + 1;
  const after = bySeat((seat) => scores[seat].total);
  const result = gameResult({ totals: after, round: scored, winScore, maxRounds });
  const winners = result.over ? result.winners : [];
  const zeros = bySeat((seat) => (declaredBy[seat] === 0 ? game.zeros[seat] + 1 : 0));
  return (
    objectionTo(event, { ...event, scores, winners }) ??
    playing(
      table,
      { totals: after, zeros, scored, phase: { name: 'scored', winners }, since: at },
      { may: [] },
    )
  );
}

/** A game that is decided ends with its winners, however it ends; one that is cut short has none. */
function gameEnded(table: Playing, event: ToldOf<'GameEnded'>, at: number): Ruling {
  const { game, attended, settings } = table;
  const { outcome } = event;
  const winners = game.phase.name === 'scored' ? game.phase.winners : [];
  if (outcome === 'completed' && winners.length === 0) return { problem: 'The game was not over.' };
  if (outcome !== 'completed' && winners.length > 0) return { problem: 'The game was over and had winners.' };
  const isEmpty = !attended.anyone && at >= attended.since + settings.abandonSeconds * 1_000;
  if (outcome === 'abandoned' && !isEmpty)
    return { problem: 'Somebody was there, or had been not long before.' };
  return objectionTo(event, { ...event, winners }) ?? { ...table, stage: 'finished' };
}
