// One seat's witness: holds every frame its client receives against the rules and against all frames before it. What it
// cannot know (a turn played while the client was away) it does not judge.

import { createHash } from 'node:crypto';
import { allowedDeclarations, PILES } from '../../src/game/declaring.ts';
import { dealAfter } from '../../src/game/deal.ts';
import { DECK, HAND_SIZE, label, PIECES } from '../../src/game/pieces.ts';
import type { Piece } from '../../src/game/pieces.ts';
import { scoreSeat } from '../../src/game/scoring.ts';
import type { Seat } from '../../src/game/seats.ts';
import { classify, totalPoints, winnerOf } from '../../src/game/sets.ts';
import type { TablePlay } from '../../src/protocol/server-frames.ts';
import type { Dispensable } from '../../src/room/room.ts';
import type { GameView, ServerFrame } from '../../src/web/client-state.ts';
import { findFieldProblem } from './frames.ts';
import { entryOf } from '../../src/protocol/by-name.ts';

/** Something a seat saw that the rules or the protocol exclude. */
export class Violation extends Error {}

type ViewOf<P extends GameView['phase']> = Extract<GameView, { phase: P }>;
type Table = Readonly<Record<string, TablePlay>>;

/** What is known of the round in play, from its (last) deal on. */
interface Round {
  readonly commitment: string;
  readonly number: number;
  readonly multiplier: number;
  /** The own hand as dealt, unless the round was joined later. */
  readonly dealt: readonly Piece[] | null;
  /** By turn number, then by player. */
  readonly turns: Map<number, Map<string, readonly Piece[]>>;
  /** What everybody has declared, once that has been seen. */
  readonly declared: Map<string, number>;
}

const PIECE_OF: ReadonlyMap<string, Piece> = new Map(PIECES.map((piece) => [label(piece), piece]));
/** These tell of the room as a whole; the others answer one client, or are of the lobby. */
const NUMBERED: ReadonlySet<ServerFrame['event']> = new Set([
  ...(['room_update', 'room_state_update', 'game_started', 'phase_change', 'turn_complete'] as const),
  ...(['game_ended', 'player_disconnected', 'player_reconnected', 'host_changed'] as const),
]);

export class Witness {
  readonly name: string;
  readonly seat: Seat;
  /**
   * Frames, those overtaken by a later commit, and those that came twice; views, and of them those judged with full
   * knowledge of their round; ends of turns seen in the views, and those told by `turn_complete`.
   */
  readonly counts = { frames: 0, late: 0, repeated: 0, views: 0, complete: 0, turnEnds: 0, told: 0 };
  /** What the seat's client asked not to be told. */
  readonly #spared: readonly Dispensable[];
  #seq = 0;
  /** Whether the next commit is the first of a connection, so that any before it may have been missed. */
  #isFresh = true;
  /** Commits passed over, until their frames come late. */
  readonly #skipped = new Set<number>();
  readonly #seen = new Set<string>();
  /** The commits that ended a turn, as far as the views show it. */
  readonly #turnEnds = new Set<number>();
  #view: GameView | null = null;
  #round: Round | null = null;
  #totals: ReadonlyMap<string, number> = new Map();

  constructor(name: string, seat: Seat, spared: readonly Dispensable[] = []) {
    this.name = name;
    this.seat = seat;
    this.#spared = spared;
  }

  /** The seat gets its frames over another connection from here on. */
  reconnected(): void {
    this.#isFresh = true;
  }

  /** Judges one frame; throws a `Violation` when it cannot be true. */
  see(frame: ServerFrame): void {
    try {
      this.#judge(frame);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      throw new Violation(`${this.name} (seat ${this.seat}) got ${describe(frame)}: ${error.message}`);
    }
  }

  /**
   * To be asked when no more frames are to come: a commit whose frames never reached a connected seat was lost, and a turn's
   * end is told to who has not chosen to do without.
   */
  finish(): void {
    const [lost] = this.#skipped;
    if (lost !== undefined)
      throw new Violation(`${this.name} (seat ${this.seat}) never got the frames of commit ${lost}`);
    if (this.#spared.includes('turn_complete')) return;
    const untold = [...this.#turnEnds].find((seq) => !this.#seen.has(`${seq} turn_complete`));
    if (untold !== undefined)
      throw new Violation(`${this.name} (seat ${this.seat}) never got turn_complete of commit ${untold}`);
  }

  #judge(frame: ServerFrame): void {
    this.counts.frames += 1;
    const problem = findFieldProblem(frame);
    require(problem === null, problem ?? '');
    require(!this.#spared.some((event) => event === frame.event), 'its client asked not to be told');
    if (!NUMBERED.has(frame.event)) return;
    if (this.#isLate(frame)) return;
    if (frame.event === 'phase_change') this.#judgeView(frame.data, frame.seq);
    if (frame.event === 'turn_complete') {
      this.counts.told += 1;
      this.#judgeTurnEnd(frame.data);
    }
    if (frame.event === 'game_ended' && this.#totals.size > 0) {
      same('the final scores', frame.data.final_scores, Object.fromEntries(this.#totals));
    }
  }

  /** Frames of different commits may overtake each other on their way: the later one counts. */
  #isLate({ event, seq, reply_to }: ServerFrame): boolean {
    if (seq === undefined) throw new Violation('it carries no seq');
    const key = `${seq} ${event}`;
    if (reply_to === undefined && this.#seen.has(key)) this.counts.repeated += 1;
    this.#seen.add(key);
    this.#skipped.delete(seq);
    const isLate = seq < this.#seq;
    if (isLate) this.counts.late += 1;
    else this.#advance(seq);
    return isLate;
  }

  #advance(seq: number): void {
    if (!this.#isFresh) for (let passed = this.#seq + 1; passed < seq; passed++) this.#skipped.add(passed);
    this.#isFresh = false;
    this.#seq = seq;
  }

  // ---- The view of the game ----

  #judgeView(view: GameView, seq: number | undefined): void {
    this.counts.views += 1;
    same('its sequence', view.sequence, seq);
    if (endsTurn(this.#view, view) && !this.#turnEnds.has(view.sequence)) {
      this.counts.turnEnds += 1;
      this.#turnEnds.add(view.sequence);
    }
    this.#judgePlayers(view);
    if (view.phase === 'game_over') {
      this.#judgeGameOver(view);
      return;
    }
    require(view.round >= (this.#view?.round ?? 0), `round ${view.round} comes after a later one`);
    const round = this.#roundOf(view);
    this.#view = view;
    if (round === null) {
      this.#judgeUndealt(view);
      return;
    }
    recordPlays(view, round);
    this.#judgeHands(view, round);
    switch (view.phase) {
      case 'preparation':
      case 'round_start':
        return;
      case 'declaration': {
        judgeDeclaring(view, round);
        return;
      }
      case 'turn': {
        this.#judgeTurn(view, round);
        return;
      }
      case 'turn_results': {
        this.#judgeTurnResults(view, round);
        return;
      }
      case 'scoring': {
        this.#judgeScores(view, round);
        return;
      }
    }
  }

  /** Four players, and nobody's pieces but the own. */
  #judgePlayers(view: GameView): void {
    const names = Object.keys(view.players);
    require(names.length === 4, `it has ${names.length} players`);
    for (const [name, player] of Object.entries(view.players)) {
      same(`the name of ${name}`, player.name, name);
      require((player.hand !== undefined) ===
        (name === this.name), `it shows the hand of ${name}, or hides the own`);
      if (player.hand !== undefined) same('the size of the own hand', player.hand_size, player.hand.length);
      const total = this.#totals.get(name);
      if (view.phase !== 'scoring' && total !== undefined) same(`the score of ${name}`, player.score, total);
    }
  }

  #roundOf(view: Exclude<GameView, { phase: 'game_over' }>): Round | null {
    const { deal: proof, redeal_multiplier: multiplier } = view.phase_data;
    if (proof === undefined) return null;
    const known = this.#round;
    if (known?.commitment === proof.commitment) {
      same('the multiplier of the deal', multiplier, known.multiplier);
      same('the round of the deal', view.round, known.number);
      return known;
    }
    const isNext = view.sequence === (this.#view?.sequence ?? 0) + 1;
    const isDeal = view.phase === 'preparation' || view.phase === 'round_start';
    require(isDeal || !isNext, 'the deal has changed within the round');
    const dealt = Object.values(view.players).every((player) => player.hand_size === HAND_SIZE);
    this.#round = {
      commitment: proof.commitment,
      number: view.round,
      multiplier,
      dealt: dealt ? this.#hand(view) : null,
      turns: new Map(),
      declared: new Map(),
    };
    return this.#round;
  }

  #judgeUndealt(view: GameView): void {
    same('the phase before a deal', view.phase, 'preparation');
    for (const { name, hand_size } of Object.values(view.players))
      same(`the hand size of ${name}`, hand_size, 0);
  }

  #hand(view: GameView): readonly Piece[] {
    return entryOf(view.players, this.name)?.hand?.map(pieceOf) ?? [];
  }

  #judgeHands(view: GameView, round: Round): void {
    const hand = this.#hand(view);
    const plays = [...round.turns.values()].flatMap((turn) => [...turn]);
    const laid = plays.flatMap(([, pieces]) => pieces);
    const spare = without(DECK, [...hand, ...laid]);
    require(spare !== null, 'a piece is seen more often than it exists');
    const sizes = Object.values(view.players).reduce((sum, { hand_size }) => sum + hand_size, 0);
    require(sizes + laid.length <=
      DECK.length, `hands of ${sizes} pieces and ${laid.length} laid are too many`);
    if (!isComplete(view, round)) return;
    this.counts.complete += 1;
    same('hands and laid pieces together', sizes + laid.length, DECK.length);
    for (const { name, hand_size } of Object.values(view.players)) {
      const own = plays.filter(([player]) => player === name).flatMap(([, pieces]) => pieces);
      same(`the hand size of ${name}`, hand_size, HAND_SIZE - own.length);
    }
    const own = plays.filter(([player]) => player === this.name).flatMap(([, pieces]) => pieces);
    const left = without(round.dealt ?? [], own);
    same('the own hand', [...hand].sort(), left === null ? 'what was never dealt' : [...left].sort());
    require(keepsOrder(hand, round.dealt ?? []), 'the own hand has changed its order');
  }

  #judgeTurn(view: ViewOf<'turn'>, round: Round): void {
    const { turn_plays, required_piece_count, turn_order, current_turn_starter, pile_counts } =
      view.phase_data;
    const order = rotate(turn_order, current_turn_starter);
    const plays = order.flatMap((name) => entryOf(turn_plays, name) ?? []);
    same('the number of plays', Object.keys(turn_plays).length, plays.length);
    same('the players who have laid', Object.keys(turn_plays).sort(), order.slice(0, plays.length).sort());
    same('the current player', view.phase_data.current_player, order[plays.length] ?? null);
    same('the required number of pieces', required_piece_count, plays[0]?.pieces.length ?? null);
    judgePlays(turn_plays);
    judgeAllDeclared(view, round);
    if (view.phase_data.current_turn_number === 1) judgeValues(order, view);
    this.#judgePiles(view, round, pile_counts, view.phase_data.current_turn_number - 1);
  }

  #judgeTurnResults(view: ViewOf<'turn_results'>, round: Round): void {
    const { turn_plays, pile_counts, turn_winner, winning_play, current_turn_number, next_phase } =
      view.phase_data;
    judgePlays(turn_plays);
    judgeAllDeclared(view, round);
    same('the number of plays', Object.keys(turn_plays).length, 4);
    same('the winning pieces', winning_play.pieces, entryOf(turn_plays, turn_winner)?.pieces);
    same('the piles won', winning_play.pilesWon, winning_play.pieces.length);
    const isLast = Object.values(view.players).every(({ hand_size }) => hand_size === 0);
    same('the next phase', next_phase, isLast ? 'scoring' : 'turn');
    if (isLast) same('the piles of the round', sum(Object.values(pile_counts)), PILES);
    this.#judgePiles(view, round, pile_counts, current_turn_number);
  }

  /** Piles are what the winners of the turns laid; with every turn seen, the winners can be found again. */
  #judgePiles(
    view: GameView,
    round: Round,
    piles: Readonly<Record<string, number>>,
    turnsOver: number,
  ): void {
    for (const { name, captured_piles } of Object.values(view.players))
      same(`the piles of ${name}`, captured_piles, entryOf(piles, name));
    if (!isComplete(view, round)) return;
    const won = new Map(Object.keys(view.players).map((name) => [name, 0]));
    for (let turn = 1; turn <= turnsOver; turn++) {
      const plays = [...(round.turns.get(turn) ?? [])];
      const winner = plays[winnerOf(plays.map(([, pieces]) => pieces))];
      if (winner !== undefined) won.set(winner[0], (won.get(winner[0]) ?? 0) + winner[1].length);
    }
    same('the piles', sorted(piles), sorted(Object.fromEntries(won)));
  }

  #judgeTurnEnd(end: Extract<ServerFrame, { event: 'turn_complete' }>['data']): void {
    same('the next starter', end.next_starter, end.winner);
    same('the piles won', end.winning_play.pilesWon, end.winning_play.pieces.length);
    same('the piles of the turn', sum(Object.values(end.player_piles)), end.winning_play.pilesWon);
    same('who got them', entryOf(end.player_piles, end.winner), end.winning_play.pilesWon);
    same('whether the round goes on', end.will_continue, !end.all_hands_empty);
    if (end.all_hands_empty) {
      same(
        'the piles of the round',
        sum(end.turn_players_data.map(({ captured_piles }) => captured_piles)),
        PILES,
      );
    }
  }

  #judgeScores(view: ViewOf<'scoring'>, round: Round): void {
    const { round_scores, total_scores, scoring_players_data, deal: proof } = view.phase_data;
    const { seed } = proof;
    if (seed === undefined) throw new Violation('the seed is not revealed');
    same('the commitment', createHash('sha256').update(seed).digest('hex'), proof.commitment);
    const hands = dealAfter(round.multiplier - 1, seed);
    if (round.dealt !== null) same('the hand the seed deals', hands[this.seat], round.dealt);
    same('the piles of the round', sum(Object.values(round_scores).map(({ actual }) => actual)), PILES);
    require(sum(Object.values(round_scores).map(({ declared }) => declared)) !==
      PILES, 'declarations total 8');
    for (const [name, score] of Object.entries(round_scores)) {
      const { declared, actual, multiplier } = score;
      same(`the multiplier of ${name}`, multiplier, round.multiplier);
      const due = scoreSeat({ declared, captured: actual, multiplier });
      const { base_score, bonus, hit_value, final_score } = score;
      same(`the score of ${name}`, { base_score, bonus, hit_value, final_score }, wireScore(due));
      const before = this.#totals.get(name) ?? (round.number === 1 ? 0 : undefined);
      if (before !== undefined) same(`the total of ${name}`, score.total_score, before + final_score);
      same(`the total of ${name}`, entryOf(total_scores, name), score.total_score);
      same(`the score shown with ${name}`, entryOf(view.players, name)?.score, score.total_score);
      const shown = scoring_players_data.find((player) => player.name === name);
      same(`the piles shown with ${name}`, shown?.captured_piles, actual);
    }
    this.#totals = new Map(Object.entries(total_scores));
  }

  #judgeGameOver(view: ViewOf<'game_over'>): void {
    this.#view = view;
    const { winners, final_rankings } = view.phase_data;
    const best = Math.max(...final_rankings.map(({ score }) => score));
    const leaders = final_rankings.filter(({ score }) => score === best).map(({ name }) => name);
    require(this.#totals.size === 0 || winners.length > 0, 'the game ended before it was won');
    same('the winners', [...winners].sort(), leaders.sort());
    for (const { name, score, rank } of final_rankings) {
      same(`the rank of ${name}`, rank, 1 + final_rankings.filter((other) => other.score > score).length);
      if (this.#totals.size > 0) same(`the final score of ${name}`, score, this.#totals.get(name));
    }
  }
}

/** Whether the commit right after a view of a turn has ended that turn. */
function endsTurn(before: GameView | null, after: GameView): boolean {
  if (before?.phase !== 'turn' || after.sequence !== before.sequence + 1) return false;
  if (after.phase !== 'turn') return after.phase === 'turn_results' || after.phase === 'scoring';
  return after.phase_data.current_turn_number !== before.phase_data.current_turn_number;
}

/** Turns seen from their first to their last play, and the deal before them. */
function isComplete(view: GameView, round: Round): boolean {
  if (round.dealt === null) return false;
  if (view.phase !== 'turn' && view.phase !== 'turn_results') return view.phase !== 'scoring';
  const over =
    view.phase === 'turn' ? view.phase_data.current_turn_number - 1 : view.phase_data.current_turn_number;
  return Array.from({ length: over }, (_, turn) => round.turns.get(turn + 1)?.size).every(
    (size) => size === 4,
  );
}

/** Notes what was laid: it stays known when the table is cleared. The last play of a turn may be told only as such. */
function recordPlays(view: GameView, round: Round): void {
  if (view.phase !== 'turn' && view.phase !== 'turn_results') return;
  const { turn_plays, current_turn_number: number } = view.phase_data;
  const order =
    view.phase === 'turn' ? rotate(view.phase_data.turn_order, view.phase_data.current_turn_starter) : [];
  const laid = [...order, ...Object.keys(turn_plays)].flatMap((name) => {
    const play = entryOf(turn_plays, name);
    return play === undefined ? [] : [[name, play.pieces.map(pieceOf)] as const];
  });
  const turn = round.turns.get(number) ?? new Map<string, readonly Piece[]>();
  round.turns.set(number, turn);
  for (const [name, pieces] of laid) turn.set(name, pieces);
  const last = view.last_action;
  const ended = round.turns.get(number - 1);
  if (last?.kind === 'play' && laid.length === 0 && ended?.size === 3)
    ended.set(last.player, last.pieces.map(pieceOf));
}

function judgePlays(plays: Table): void {
  const sizes = new Set(Object.values(plays).map(({ pieces }) => pieces.length));
  require(sizes.size <= 1, 'the plays of a turn are of different sizes');
  for (const [name, play] of Object.entries(plays)) {
    const pieces = play.pieces.map(pieceOf);
    same(`the type of the play of ${name}`, play.play_type, classify(pieces));
    same(`the value of the play of ${name}`, play.play_value, totalPoints(pieces));
  }
}

function judgeDeclaring(view: ViewOf<'declaration'>, round: Round): void {
  const { players, phase_data } = view;
  const { declaration_order: order, declarations, declaration_total, current_declarer } = phase_data;
  const values = order.flatMap((name) => entryOf(declarations, name) ?? []);
  same('the declarations in order', values.length, Object.keys(declarations).length);
  same('the total declared', declaration_total, sum(values));
  same('the current declarer', current_declarer, order[values.length] ?? null);
  for (const [place, name] of order.entries())
    same(`the declaration shown with ${name}`, entryOf(players, name)?.declared, values[place] ?? null);
  judgeValues(order.slice(0, values.length), view);
  recordDeclared(view, round);
}

/** Each of these could declare what is shown, after those before. The first turn has the order of the declarations. */
function judgeValues(order: readonly string[], { players }: GameView): void {
  const values: number[] = [];
  for (const name of order) {
    const value = entryOf(players, name)?.declared ?? -1;
    const zerosInARow = entryOf(players, name)?.zero_declares_in_a_row ?? 0;
    const allowed = allowedDeclarations({ declared: values, zerosInARow });
    require(allowed.includes(value), `${name} could not declare ${value}`);
    values.push(value);
  }
}

/** In the turns everybody has declared. */
function judgeAllDeclared(view: GameView, round: Round): void {
  const values = Object.values(view.players).flatMap(({ declared }) => declared ?? []);
  same('the number of declarations', values.length, 4);
  require(sum(values) !== PILES, 'declarations total 8');
  recordDeclared(view, round);
}

/** Notes what was declared, which nobody can take back. */
function recordDeclared({ players }: GameView, { declared }: Round): void {
  for (const [name, player] of Object.entries(players)) {
    const known = declared.get(name);
    if (known !== undefined) same(`the declaration of ${name}`, player.declared, known);
    if (player.declared !== null) declared.set(name, player.declared);
  }
}

function wireScore(score: ReturnType<typeof scoreSeat>) {
  return { base_score: score.base, bonus: score.bonus, hit_value: score.hitValue, final_score: score.final };
}

/** The piece behind a label of the wire. */
export function pieceOf(written: string): Piece {
  const piece = PIECE_OF.get(written);
  if (piece === undefined) throw new Violation(`${written} is no piece`);
  return piece;
}

/** What is left after taking these away; null when one of them is not there. */
export function without(pieces: readonly Piece[], taken: readonly Piece[]): readonly Piece[] | null {
  const left = [...pieces];
  for (const piece of taken) {
    const at = left.indexOf(piece);
    if (at < 0) return null;
    left.splice(at, 1);
  }
  return left;
}

function keepsOrder(part: readonly Piece[], whole: readonly Piece[]): boolean {
  let next = 0;
  for (const piece of whole) if (piece === part[next]) next += 1;
  return next === part.length;
}

function rotate(ring: readonly string[], first: string): string[] {
  const at = ring.indexOf(first);
  if (at < 0) throw new Violation(`${first} is not in the order of play`);
  return [...ring.slice(at), ...ring.slice(0, at)];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function sorted(counts: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  return Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
}

function describe({ event, seq, data }: ServerFrame): string {
  return `${event}${'phase' in data ? ` (${data.phase})` : ''} of commit ${seq ?? '?'}`;
}

function require(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Violation(what);
}

/** Compares by value, object keys in any order. */
function same(what: string, seen: unknown, due: unknown): void {
  if (canonical(seen) === canonical(due)) return;
  throw new Violation(`${what} should be ${canonical(due)}, it is ${canonical(seen)}`);
}

/** JSON with its keys sorted. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
