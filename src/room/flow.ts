// The flow of a game: moves by players, moves made for them, the opening of phases, scoring. Events only; `evolve` applies them.

import { evolve } from './evolve.ts';
import { awaitedSeats } from './due.ts';
import { areHandsEmpty, currentMover, requiredPieces, resultsEnd } from './turns.ts';
import { accept, reject } from './rejections.ts';
import type { Decision } from './rejections.ts';
import type { Circumstances, PlayerCommand } from './commands.ts';
import type { RoomEvent } from './events.ts';
import type { DealProof, Phase, PlayingRoom, Round, SeatScore, StarterReason, TaskPhase } from './room.ts';
import { botDeclares, botPlays } from '../game/bot.ts';
import { allowedDeclarations } from '../game/declaring.ts';
import { dealAfter, isWeak } from '../game/deal.ts';
import { gameResult, scoreSeat } from '../game/scoring.ts';
import { bySeat, SEATS } from '../game/seats.ts';
import type { BySeat, Seat } from '../game/seats.ts';
import { classify, pick, winnerOf } from '../game/sets.ts';
import { firstAccepter, firstStarter } from '../game/starter.ts';

type MoveCommand = Extract<PlayerCommand, { type: 'decideRedeal' | 'declare' | 'play' }>;
type PhaseOf<N extends Phase['name']> = Extract<Phase, { name: N }>;

// ---- Moves by players ----

/** Decides a player's own move. */
export function decideMove(
  room: PlayingRoom,
  seat: Seat,
  command: MoveCommand,
  given: Circumstances,
): Decision {
  switch (command.type) {
    case 'decideRedeal':
      return decideRedeal(room, seat, command.accept, given);
    case 'declare':
      return declare(room, seat, command.value);
    case 'play':
      return play(room, seat, command.indices, given.at);
  }
}

function decideRedeal(room: PlayingRoom, seat: Seat, wish: boolean, given: Circumstances): Decision {
  const { phase } = room.game;
  if (phase.name !== 'redeal') return reject('WRONG_PHASE', 'No redeal is on offer now.');
  if (!phase.weak.includes(seat))
    return reject('NOT_YOUR_TURN', 'Your hand is not weak, so a redeal is not yours to ask for.');
  if (!awaitedSeats(room).includes(seat)) return reject('ALREADY_DECIDED', 'You have already answered.');
  return accept(...redealDecided(room, { type: 'RedealDecided', seat, accept: wish, forced: false }, given));
}

function declare(room: PlayingRoom, seat: Seat, value: number): Decision {
  const { phase } = room.game;
  if (phase.name !== 'declaration') return reject('WRONG_PHASE', 'Declarations are not open now.');
  if (currentMover(phase) !== seat) return reject('NOT_YOUR_TURN', 'It is not your turn to declare.');
  const allowed = allowedDeclarations({
    declared: phase.values,
    zerosInARow: room.game.tally[seat].zerosInARow,
  });
  if (!allowed.includes(value)) {
    const zeros = room.game.tally[seat].zerosInARow;
    const because = value === 0 && zeros >= 2 ? 'You declared 0 twice in a row' : 'The total may not be 8';
    return reject('INVALID_DECLARATION', `${because}. You may declare ${allowed.join(', ')}.`);
  }
  return accept(...declared(phase, { type: 'Declared', seat, value, forced: false }));
}

function play(before: PlayingRoom, seat: Seat, indices: readonly number[], at: number): Decision {
  // Once a result has been shown for its time the next turn is on, whether or not a tick has said so yet.
  const shown = resultsEnd(before);
  const begun = shown !== null && at >= shown ? settleTurn(before).filter(isTurnStart) : [];
  const room = applied(before, begun, at);
  const { phase } = room.game;
  if (phase.name !== 'turn') return reject('WRONG_PHASE', 'No turn is being played now.');
  if (currentMover(phase) !== seat) return reject('NOT_YOUR_TURN', 'It is not your turn to play.');
  const hand = phase.round.hands[seat];
  const pieces = pick(hand, indices);
  if (pieces.length !== indices.length || new Set(indices).size !== indices.length) {
    return reject('INVALID_PLAY', `Choose different pieces of the ${hand.length} in your hand.`);
  }
  const required = requiredPieces(phase);
  if (required !== null && pieces.length !== required) {
    return reject(
      'PIECE_COUNT_MISMATCH',
      `You must play exactly ${required} ${required === 1 ? 'piece' : 'pieces'}.`,
    );
  }
  if (required === null && classify(pieces) === 'INVALID') {
    return reject(
      'INVALID_PLAY',
      'The first play of a turn must be a valid set. Those pieces do not form one.',
    );
  }
  return accept(...begun, ...played(room, seat, indices, 'by choice', at));
}

const isTurnStart = ({ type }: RoomEvent): boolean => type === 'TurnStarted';

// ---- Moves made for a seat ----

/**
 * The move of a seat whose time has come, by the bot rule (rules.md, "Bots" and "Presence"): a bot, an absent human, or
 * a connected one whose time is up; only the last declines a redeal.
 */
export function forceMove(
  room: PlayingRoom,
  seat: Seat,
  why: 'botMove' | 'forcedMove',
  given: Circumstances,
): readonly RoomEvent[] {
  const { phase, tally } = room.game;
  const forced = room.seats[seat].kind === 'human';
  switch (phase.name) {
    case 'redeal':
      return redealDecided(room, { type: 'RedealDecided', seat, accept: why === 'botMove', forced }, given);
    case 'declaration': {
      const value = botDeclares({
        hand: phase.round.hands[seat],
        declared: phase.values,
        zerosInARow: tally[seat].zerosInARow,
        isFirst: phase.values.length === 0,
      });
      return declared(phase, { type: 'Declared', seat, value, forced });
    }
    case 'turn': {
      const indices = botPlays(phase.round.hands[seat], requiredPieces(phase));
      return played(room, seat, indices, forced ? 'forced' : 'by choice', given.at);
    }
    case 'starting':
    case 'round_start':
    case 'turn_results':
    case 'scoring':
      return [];
  }
}

// ---- Redeals ----

/** A decision, and when it was the last one awaited: the round's start, or another deal. */
function redealDecided(
  room: PlayingRoom,
  decided: Extract<RoomEvent, { type: 'RedealDecided' }>,
  { at, proof }: Circumstances,
): readonly RoomEvent[] {
  const after = applied(room, [decided], at);
  const { phase } = after.game;
  if (phase.name !== 'redeal' || awaitedSeats(after).length > 0) return [decided];
  const accepted = phase.decisions.filter((decision) => decision.accept).map((decision) => decision.seat);
  if (accepted.length === 0) return [decided, { type: 'RoundStarted' }];
  return [decided, redealt(phase, firstAccepter(accepted, phase.round.starter), proof)];
}

function redealt({ round, redeals }: PhaseOf<'redeal'>, starter: Seat, proof: DealProof): RoomEvent {
  return dealt({
    round: round.number,
    redeals: redeals + 1,
    proof,
    starter: () => [starter, 'accepted_redeal'],
  });
}

function dealt(next: {
  readonly round: number;
  readonly redeals: number;
  readonly proof: DealProof;
  readonly starter: (hands: Round['hands']) => readonly [Seat, StarterReason];
}): RoomEvent {
  const { round, redeals, proof } = next;
  const hands = dealAfter(redeals, proof.seed);
  const [starter, starterReason] = next.starter(hands);
  const weak = SEATS.filter((seat) => isWeak(hands[seat]));
  return {
    type: 'Dealt',
    round,
    redeals,
    multiplier: redeals + 1,
    proof,
    hands,
    starter,
    starterReason,
    weak,
  };
}

// ---- Phases ----

/** What the state machine's entry into a phase brings about. The room is at the point where that phase begins; turns have begun by themselves. */
export function openPhase(room: PlayingRoom, phase: TaskPhase, given: Circumstances): readonly RoomEvent[] {
  const { game } = room;
  switch (phase) {
    case 'preparation':
      return [
        dealt({
          round: game.sheet.length + 1,
          redeals: 0,
          proof: given.proof,
          starter: (hands) =>
            game.lastTurnWinner === null
              ? [firstStarter(hands), 'has_general_red']
              : [game.lastTurnWinner, 'won_last_turn'],
        }),
      ];
    case 'declaration':
      return [{ type: 'DeclarationOpened' }];
    case 'turns':
      return [];
  }
}

/** A declaration, and when it was the fourth: the first turn, which does not wait for the state machine to go on. */
function declared(
  { round, values }: PhaseOf<'declaration'>,
  event: Extract<RoomEvent, { type: 'Declared' }>,
): readonly RoomEvent[] {
  return values.length < 3 ? [event] : [event, { type: 'TurnStarted', number: 1, leader: round.starter }];
}

/** A play, and when it was the fourth: the turn's result, and without a pause what follows it. */
function played(
  room: PlayingRoom,
  seat: Seat,
  indices: readonly number[],
  how: 'by choice' | 'forced',
  at: number,
): readonly RoomEvent[] {
  const { phase } = room.game;
  if (phase.name !== 'turn') return [];
  const pieces = pick(phase.round.hands[seat], indices);
  const event: RoomEvent = {
    type: 'Played',
    seat,
    indices,
    pieces,
    play: classify(pieces),
    forced: how === 'forced',
  };
  const plays = [...phase.plays, { seat, pieces }];
  const winner = plays.length < 4 ? undefined : plays[winnerOf(plays.map((each) => each.pieces))];
  if (winner === undefined) return [event];
  const events: readonly RoomEvent[] = [
    event,
    { type: 'TurnResolved', winner: winner.seat, piles: pieces.length },
  ];
  if (room.settings.turnResultsSeconds > 0) return events;
  return [...events, ...settleTurn(applied(room, events, at))];
}

/** What follows a turn's result: the next turn, led by the winner, or the scores of the round when the hands are empty. */
export function settleTurn(room: PlayingRoom): readonly RoomEvent[] {
  const { phase } = room.game;
  if (phase.name !== 'turn_results') return [];
  const { number, winner } = phase.result;
  return areHandsEmpty(phase.round)
    ? [scored(room, phase)]
    : [{ type: 'TurnStarted', number: number + 1, leader: winner }];
}

/** The scores of a round whose turns are over, and who has won if the game is. */
function scored(
  { game: { tally, sheet }, settings }: PlayingRoom,
  { declared, piles, round }: PhaseOf<'turn_results'>,
): RoomEvent {
  const scores: BySeat<SeatScore> = bySeat((seat) => {
    const piled = { declared: declared[seat], captured: piles[seat] };
    const score = scoreSeat({ ...piled, multiplier: round.multiplier });
    return { ...piled, ...score, total: tally[seat].total + score.final };
  });
  const { winScore, maxRounds } = settings;
  const result = gameResult({
    totals: bySeat((seat) => scores[seat].total),
    round: sheet.length + 1,
    winScore,
    maxRounds,
  });
  return { type: 'RoundScored', scores, winners: result.over ? result.winners : [] };
}

function applied(room: PlayingRoom, events: readonly RoomEvent[], at: number): PlayingRoom {
  const after = events.reduce<PlayingRoom>((before, event) => {
    const next = evolve(before, event, at);
    if (next.stage !== 'playing') throw new Error(`${event.type} ended the game`);
    return next;
  }, room);
  return after;
}
