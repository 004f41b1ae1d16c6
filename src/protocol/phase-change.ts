// `phase_change`: the whole state of a game as one receiver may see it (docs/protocol.md).

import { label } from '../game/pieces.ts';
import type { Piece } from '../game/pieces.ts';
import { rank } from '../game/scoring.ts';
import { bySeat, orderFrom, SEATS } from '../game/seats.ts';
import type { BySeat, Seat } from '../game/seats.ts';
import { totalPoints } from '../game/sets.ts';
import type { HandOf, LastMove, Play, SheetLine, TurnResult } from '../room/room.ts';
import type { PublicGame, PublicOccupant, PublicPhase, PublicRoom, PublicRound, View } from '../room/view.ts';
import type {
  DealProof,
  LastAction,
  OwnPlayer,
  OtherPlayer,
  PhaseChange,
  PhaseData,
  PieceLabel,
  PlayerEntry,
  SheetRow,
  TablePlay,
  WinningPlay,
  WirePhase,
} from './server-frames.ts';

type Playing = Extract<PublicRoom, { stage: 'playing' }>;
type Finished = Extract<PublicRoom, { stage: 'finished' }>;
type PhaseOf<N extends PublicPhase['name']> = Extract<PublicPhase, { name: N }>;
/** A phase's name on the wire with its data. */
type Phased = { [P in WirePhase]: { readonly phase: P; readonly phase_data: PhaseData[P] } }[WirePhase];

/** The `phase_change` of a receiver at commit `seq`, made `at` (epoch ms); null before the first game. */
export function phaseChange<S extends Seat>(view: View<S>, seq: number, at: number): PhaseChange<S> | null {
  const { room } = view;
  if (room.stage === 'open') return null;
  const common = {
    allowed_actions: allowedActions(view),
    sequence: seq,
    timestamp: at / 1_000,
    players: playersOf(view, room),
  };
  if (room.stage === 'finished') {
    return {
      ...common,
      phase: 'game_over',
      phase_data: gameOver(room),
      round: room.result.sheet.length,
      reason: `The game is over: ${room.result.outcome}.`,
      deadline: null,
      last_action: null,
    };
  }
  const { game } = room;
  return {
    ...common,
    ...phased(room),
    round: game.round,
    reason: reasonOf(room),
    deadline: game.deadline,
    last_action: game.lastAction === null ? null : lastAction(room, game.lastAction),
  };
}

// ---- Players ----

function playersOf<S extends Seat>(
  { own }: View<S>,
  room: Playing | Finished,
): Readonly<Record<string, PlayerEntry<S>>> {
  return Object.fromEntries(
    SEATS.map((seat) => {
      const entry = otherPlayer(room, seat);
      return [entry.name, own?.seat === seat ? ownPlayer(entry, own.hand) : entry];
    }),
  );
}

function ownPlayer<S extends Seat>(entry: OtherPlayer, hand: HandOf<S>): OwnPlayer<S> {
  return { ...entry, hand: labelled(hand) };
}

/** The one place that writes a hand out; the seat it belongs to stays in the type. */
function labelled<S extends Seat>(hand: HandOf<S>): HandOf<S, PieceLabel> {
  return hand.map(label);
}

function otherPlayer(room: Playing | Finished, seat: Seat): OtherPlayer {
  const { name, isBot, isHost, colour, isConnected, wasBot } = room.seats[seat];
  const tally = room.stage === 'playing' ? room.game.tally[seat] : room.result.tally[seat];
  const game = room.stage === 'playing' ? room.game : null;
  return {
    name,
    is_bot: isBot,
    is_host: isHost,
    avatar_color: colour,
    hand_size: game?.handSizes[seat] ?? 0,
    declared: game?.declared[seat] ?? null,
    captured_piles: game?.piles[seat] ?? 0,
    score: tally.total,
    zero_declares_in_a_row: tally.zerosInARow,
    is_connected: isConnected,
    original_is_bot: wasBot,
  };
}

/** What the receiver may do now. */
function allowedActions<S extends Seat>({ room, own }: View<S>): readonly string[] {
  if (own === null) return [];
  if (room.stage !== 'playing')
    return room.stage === 'finished' && room.host === own.seat ? ['start_game'] : [];
  const { phase, awaited } = room.game;
  if (phase.name === 'turn_results') return ['player_ready'];
  if (!awaited.includes(own.seat)) return [];
  if (phase.name === 'redeal') return ['accept_redeal', 'decline_redeal'];
  return phase.name === 'declaration' ? ['declare'] : ['play'];
}

// ---- Phases ----

function phased(room: Playing): Phased {
  const { game, settings } = room;
  const { phase } = game;
  switch (phase.name) {
    case 'starting':
      return { phase: 'preparation', phase_data: { dealing_cards: true, redeal_multiplier: 1 } };
    case 'redeal':
      return { phase: 'preparation', phase_data: preparation(room, phase) };
    case 'round_start':
      return {
        phase: 'round_start',
        phase_data: {
          current_starter: nameOf(room, phase.round.starter),
          starter_reason: phase.round.starterReason,
          round_number: phase.round.number,
          display_duration: settings.roundStartSeconds,
          ...dealOf(phase.round),
        },
      };
    case 'declaration':
      return { phase: 'declaration', phase_data: declaration(room, phase) };
    case 'turn':
      return { phase: 'turn', phase_data: turn(room, phase) };
    case 'turn_results':
      return { phase: 'turn_results', phase_data: turnResults(room, phase) };
    case 'scoring':
      return { phase: 'scoring', phase_data: scoring(room, phase) };
  }
}

function preparation(room: Playing, phase: PhaseOf<'redeal'>): PhaseData['preparation'] {
  return {
    dealing_cards: false,
    simultaneous_mode: true,
    weak_players_awaiting: room.game.awaited.map((seat) => nameOf(room, seat)),
    decisions_received: phase.decisions.length,
    decisions_needed: phase.weak.length,
    decision_timeout: room.settings.redealSeconds,
    ...dealOf(phase.round),
  };
}

function declaration(room: Playing, phase: PhaseOf<'declaration'>): PhaseData['declaration'] {
  const order = orderFrom(phase.round.starter);
  return {
    declaration_order: order.map((seat) => nameOf(room, seat)),
    current_declarer: awaitedName(room),
    declarations: Object.fromEntries(
      order
        .slice(0, phase.values.length)
        .map((seat, place) => [nameOf(room, seat), phase.values[place] ?? 0]),
    ),
    declaration_total: phase.values.reduce((sum, value) => sum + value, 0),
    ...dealOf(phase.round),
  };
}

function turn(room: Playing, phase: PhaseOf<'turn'>): PhaseData['turn'] {
  return {
    turn_order: orderFrom(phase.leader).map((seat) => nameOf(room, seat)),
    current_turn_starter: nameOf(room, phase.leader),
    current_player: awaitedName(room),
    required_piece_count: phase.plays[0]?.pieces.length ?? null,
    turn_plays: turnPlays(room, phase.plays),
    pile_counts: named(room, phase.piles),
    current_turn_number: phase.number,
    ...dealOf(phase.round),
  };
}

function turnResults(room: Playing, phase: PhaseOf<'turn_results'>): PhaseData['turn_results'] {
  const { result } = phase;
  const empty = SEATS.every((seat) => room.game.handSizes[seat] === 0);
  const begins = empty ? null : room.game.resultsEnd;
  return {
    turn_winner: nameOf(room, result.winner),
    turn_order: result.plays.map(({ seat }) => nameOf(room, seat)),
    winning_play: winningPlay(result),
    turn_plays: turnPlays(room, result.plays),
    pile_counts: named(room, phase.piles),
    current_turn_number: result.number,
    display_duration: room.settings.turnResultsSeconds,
    next_phase: empty ? 'scoring' : 'turn',
    next_turn_at: begins,
    next_deadline: begins === null ? null : begins + room.settings.moveSeconds * 1_000,
    ready_players: phase.ready.map((seat) => nameOf(room, seat)),
    ...dealOf(phase.round),
  };
}

function scoring(room: Playing, phase: PhaseOf<'scoring'>): PhaseData['scoring'] {
  const { scores, round, winners } = phase;
  return {
    round_scores: named(
      room,
      bySeat((seat) => {
        const { declared, captured, base, bonus, hitValue, final, total } = scores[seat];
        return {
          declared,
          actual: captured,
          base_score: base,
          bonus,
          hit_value: hitValue,
          multiplier: round.multiplier,
          final_score: final,
          total_score: total,
        };
      }),
    ),
    total_scores: named(
      room,
      bySeat((seat) => scores[seat].total),
    ),
    scoring_players_data: SEATS.map((seat) => ({
      name: nameOf(room, seat),
      is_bot: room.seats[seat].isBot,
      pile_count: scores[seat].captured,
      captured_piles: scores[seat].captured,
    })),
    score_sheet: scoreSheet(room, room.game.sheet),
    game_complete: winners.length > 0,
    winners: winners.map((seat) => nameOf(room, seat)),
    display_duration: room.settings.scoringSeconds,
    ...dealOf(round),
  };
}

/** The round that was just scored is the sheet's last. */
function scoreSheet(room: Playing | Finished, sheet: readonly SheetLine[]): readonly SheetRow[] {
  return sheet.map(({ round, multiplier, seats }) => ({
    round,
    multiplier,
    players: named(
      room,
      bySeat((seat) => {
        const [declared, actual, score] = seats[seat];
        return { declared, actual, score };
      }),
    ),
  }));
}

function gameOver(room: Finished): PhaseData['game_over'] {
  const { result, seats } = room;
  const ranks = rank(bySeat((seat) => result.tally[seat].total));
  return {
    winners: result.winners.map((seat) => seats[seat].name),
    final_rankings: SEATS.toSorted((a, b) => ranks[a] - ranks[b]).map((seat) => ({
      name: seats[seat].name,
      score: result.tally[seat].total,
      rank: ranks[seat],
      turns_won: result.tally[seat].turnsWon,
      perfect_rounds: result.tally[seat].perfectRounds,
    })),
    score_sheet: scoreSheet(room, result.sheet),
    game_stats: {
      total_rounds: result.sheet.length,
      game_duration: (result.endedAt - result.startedAt) / 1_000,
      start_time: result.startedAt / 1_000,
      end_time: result.endedAt / 1_000,
    },
  };
}

// ---- Parts ----

function dealOf({ multiplier, commitment, seed }: PublicRound): {
  redeal_multiplier: number;
  deal: DealProof;
} {
  return { redeal_multiplier: multiplier, deal: seed === null ? { commitment } : { commitment, seed } };
}

/** The play that won a turn, and how many piles it took. */
export function winningPlay({ plays, winner, size }: TurnResult): WinningPlay {
  const play = plays.find((each) => each.seat === winner);
  const pieces = play?.pieces ?? [];
  return {
    pieces: labels(pieces),
    value: totalPoints(pieces),
    type: play?.type ?? 'INVALID',
    pilesWon: size,
  };
}

function turnPlays(room: Playing, plays: readonly Play[]): Readonly<Record<string, TablePlay>> {
  return Object.fromEntries(
    plays.map(({ seat, pieces, type }) => [
      nameOf(room, seat),
      {
        pieces: labels(pieces),
        play_type: type,
        play_value: totalPoints(pieces),
        is_valid: type !== 'INVALID',
      },
    ]),
  );
}

function lastAction(room: Playing, move: LastMove): LastAction {
  const { forced } = move;
  const player = nameOf(room, move.seat);
  switch (move.kind) {
    case 'redeal':
      return { player, kind: 'redeal', value: move.accept ? 'accept' : 'decline', forced };
    case 'declare':
      return { player, kind: 'declare', value: move.value, forced };
    case 'play':
      return { player, kind: 'play', pieces: labels(move.pieces), forced };
  }
}

/** One sentence on why the client gets this frame. */
function reasonOf(room: Playing): string {
  const { lastAction: move, phase, round }: PublicGame = room.game;
  if (move === null || phase.name === 'scoring') return `Round ${round}: ${phase.name.replace('_', ' ')}.`;
  const player = nameOf(room, move.seat);
  switch (move.kind) {
    case 'redeal':
      return `${player} ${move.accept ? 'asked for a redeal' : 'kept the hand'}.`;
    case 'declare':
      return `${player} declared ${move.value}.`;
    case 'play':
      return `${player} played ${move.pieces.length} ${move.pieces.length === 1 ? 'piece' : 'pieces'}.`;
  }
}

function awaitedName(room: Playing): string | null {
  const [seat] = room.game.awaited;
  return seat === undefined ? null : nameOf(room, seat);
}

function named<T>(room: Playing | Finished, values: BySeat<T>): Readonly<Record<string, T>> {
  return Object.fromEntries(SEATS.map((seat) => [nameOf(room, seat), values[seat]]));
}

function nameOf({ seats }: { readonly seats: BySeat<PublicOccupant> }, seat: Seat): string {
  return seats[seat].name;
}

function labels(pieces: readonly Piece[]): readonly PieceLabel[] {
  return pieces.map(label);
}
