// The witnesses of `npm run play`: silent on every game the room itself plays, and awake to every way to tamper with it.
import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chanceFrom, moveFor, occasionIn } from '../../../scripts/play/moves.ts';
import type { Move } from '../../../scripts/play/moves.ts';
import { Violation, Witness } from '../../../scripts/play/witness.ts';
import { SEATS } from '../../../src/game/seats.ts';
import type { Seat } from '../../../src/game/seats.ts';
import { parseSettings } from '../../../src/app/settings.ts';
import { framesFor } from '../../../src/protocol/frames.ts';
import type { Frame } from '../../../src/protocol/server-frames.ts';
import type { Command } from '../../../src/room/commands.ts';
import type { Dispensable, TaskPhase } from '../../../src/room/room.ts';
import { decide } from '../../../src/room/decide.ts';
import { applyCommit, NO_RECORD } from '../../../src/room/record.ts';
import type { RoomRecord } from '../../../src/room/record.ts';
import type { GameView } from '../../../src/web/client-state.ts';

const NAMES = ['Ann', 'Bea', 'Cid', 'Dee'] as const;
const nameOf = (seat: Seat): string => NAMES[seat - 1] ?? '';
const NOON = 1_795_521_600_000;

/** A frame and who it was for. */
interface Delivered {
  readonly seat: Seat;
  readonly frame: Frame;
}

/** Plays a game of four humans in the room's own functions and returns every frame in the order sent. */
function playThrough(seed: number, settings: object = {}): readonly Delivered[] {
  const game = new RoomInMemory(seed, settings);
  while (game.record.room.stage === 'playing') game.step();
  return game.delivered;
}

class RoomInMemory {
  record: RoomRecord = NO_RECORD;
  readonly delivered: Delivered[] = [];
  readonly #views = new Map<Seat, GameView>();
  readonly #chance: () => number;
  #deals = 0;
  readonly #seed: number;

  constructor(seed: number, settings: object) {
    this.#seed = seed;
    this.#chance = chanceFrom(seed);
    const frozen = parseSettings(JSON.stringify({ maxRounds: 2, ...settings }));
    this.#do({
      type: 'openRoom',
      room: 'ABCDEF',
      player: 'p1',
      name: 'Ann',
      isPrivate: false,
      settings: frozen,
    });
    for (const seat of [2, 3, 4] as const) this.#do({ type: 'join', player: `p${seat}`, name: nameOf(seat) });
    for (const seat of SEATS)
      this.#do({ type: 'attach', player: `p${seat}`, name: nameOf(seat), connection: `c${seat}` });
    this.#do({ type: 'startGame', connection: 'c1' });
  }

  /** The next thing that happens: a player's move if one is due, else what the state machine would do. */
  step(): void {
    const { room } = this.record;
    if (room.stage === 'playing' && room.game.phase.name === 'turn' && room.game.task?.phase !== 'turns') {
      this.#do(enter('turns', room.game.number, room.game.phase.round.number));
      return;
    }
    const seat = SEATS.find((each) => this.#occasion(each) !== null);
    const view = seat === undefined ? undefined : this.#views.get(seat);
    if (seat !== undefined && view !== undefined)
      this.#do(commandOf(moveFor(view, nameOf(seat), this.#chance), seat));
    else this.#do(this.#advance());
  }

  #occasion(seat: Seat): string | null {
    const view = this.#views.get(seat);
    if (view?.phase === 'turn_results' && view.phase_data.ready_players.includes(nameOf(seat))) return null;
    return view === undefined ? null : occasionIn(view, nameOf(seat));
  }

  #advance(): Command {
    const { room } = this.record;
    if (room.stage !== 'playing') throw new Error('the game is over');
    const { phase, number: game } = room.game;
    switch (phase.name) {
      case 'starting':
        return enter('preparation', game, 1);
      case 'round_start':
        return enter('declaration', game, phase.round.number);
      case 'scoring':
        return phase.winners.length > 0
          ? { type: 'endGame', game }
          : enter('preparation', game, phase.round.number + 1);
      case 'redeal':
      case 'declaration':
      case 'turn':
      case 'turn_results':
        throw new Error(`nobody moves in ${phase.name}`);
    }
  }

  #do(command: Command): void {
    const seed = createHash('sha256').update(`${this.#seed} ${this.#deals++}`).digest('hex');
    const commitment = createHash('sha256').update(seed).digest('hex');
    const at = NOON + this.record.seq * 1000;
    const decision = decide(this.record.room, command, { at, proof: { seed, commitment } });
    if (decision.kind === 'rejected') throw new Error(`${command.type}: ${decision.rejection.message}`);
    if (decision.events.length === 0) throw new Error(`${command.type} did nothing`);
    const before = this.record;
    const commit = {
      room: 'ABCDEF',
      seq: before.seq + 1,
      at,
      by: 'test',
      commandId: String(at),
      events: decision.events,
    };
    this.record = applyCommit(before, commit);
    for (const seat of SEATS) {
      for (const frame of framesFor<Seat>({ before, after: this.record, commit }, seat)) {
        this.delivered.push({ seat, frame });
        if (frame.event === 'phase_change') this.#views.set(seat, frame.data);
      }
    }
  }
}

function enter(phase: TaskPhase, game: number, round: number): Command {
  return { type: 'enterPhase', game, phase, round, token: `${phase} ${round}` };
}

function commandOf(move: Move, seat: Seat): Command {
  const connection = `c${seat}`;
  switch (move.event) {
    case 'redeal_decision':
      return { type: 'decideRedeal', connection, accept: move.body.choice === 'accept' };
    case 'declare':
      return { type: 'declare', connection, value: move.body.value };
    case 'play':
      return { type: 'play', connection, indices: move.body.piece_indices };
    case 'player_ready':
      return { type: 'ready', connection };
    default:
      throw new Error(`${move.event} is no move`);
  }
}

/** Shows the frames to four witnesses, as they would come over the wire. */
function judge(delivered: readonly Delivered[], spared: readonly Dispensable[] = []): readonly Witness[] {
  const witnesses = SEATS.map((seat) => new Witness(nameOf(seat), seat, spared));
  for (const { seat, frame } of delivered)
    witnesses[seat - 1]?.see(JSON.parse(JSON.stringify(frame)) as Frame);
  for (const witness of witnesses) witness.finish();
  return witnesses;
}

describe('four witnesses of a game', () => {
  test.each([
    ['with pauses', {}],
    ['without pauses', { turnResultsSeconds: 0 }],
  ])('find nothing wrong with any game the room plays %s', (_how, settings) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        for (const { counts } of judge(playThrough(seed, settings))) {
          expect(counts).toMatchObject({ late: 0, repeated: 0 });
          expect(counts.complete).toBeGreaterThan(20);
          expect(counts.told).toBe(counts.turnEnds);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('accept a frame overtaken by a later one, but not one that never comes', () => {
    const delivered = playThrough(4);
    const at = delivered.findIndex(({ seat, frame }) => seat === 2 && isPlay(frame));
    const rest = delivered.toSpliced(at, 1);
    const late = rest.findIndex(({ seat }, place) => seat === 2 && place > at) + 1;
    const [moved] = delivered.slice(at, at + 1);
    if (moved === undefined) throw new Error('there is no play to delay');
    expect(judge(rest.toSpliced(late, 0, moved))[1]?.counts).toMatchObject({ late: 1, repeated: 0 });
    expect(() => judge(rest)).toThrow(/never got the frames of commit/);
  });

  test('count a frame that comes twice', () => {
    const delivered = playThrough(4);
    const [last] = delivered.slice(-1);
    if (last === undefined) throw new Error('no frames');
    expect(judge([...delivered, last])[3]?.counts.repeated).toBe(1);
  });
});

type Tampering = (view: Draft) => boolean;
/** A `phase_change` that may be changed. */
interface Draft {
  phase: string;
  round: number;
  sequence: number;
  players: Record<string, DraftPlayer>;
  phase_data: Record<string, unknown>;
  [field: string]: unknown;
}
interface DraftPlayer {
  hand?: string[];
  hand_size: number;
  declared: number | null;
  captured_piles: number;
  score: number;
  [field: string]: unknown;
}

describe('a witness objects when', () => {
  /** Seat 1 is told a lie at the first view the lie fits. */
  const TAMPERINGS: Readonly<Record<string, Tampering>> = {
    "another's hand is shown": on('turn', ({ players }) => {
      if (players['Bea'] !== undefined) players['Bea'].hand = ['SOLDIER_RED(2)'];
    }),
    'the own hand is hidden': on('turn', ({ players }) => delete players['Ann']?.hand),
    'a piece of the own hand is swapped': on('turn', ({ players }) => {
      const hand = players['Ann']?.hand ?? [];
      hand[0] = hand[0] === 'GENERAL_RED(14)' ? 'GENERAL_BLACK(13)' : 'GENERAL_RED(14)';
    }),
    'the own hand changes its order': on('turn', ({ players }) => {
      const hand = players['Ann']?.hand;
      hand?.unshift(...hand.splice(-1));
      return hand !== undefined && new Set(hand).size > 1 && hand[0] !== hand[1];
    }),
    "another's hand grows": on('turn', ({ players }) => {
      const [, bea] = Object.values(players);
      if (bea !== undefined) bea.hand_size += 1;
      return (bea?.hand_size ?? 9) <= 8;
    }),
    'a piece is laid that exists only once and lies elsewhere': on('turn', ({ phase_data, players }) => {
      const plays = Object.values(phase_data['turn_plays'] as Record<string, { pieces: string[] }>);
      const own = players['Ann']?.hand ?? [];
      const play = plays.find(({ pieces }) => pieces.length === 1);
      if (play === undefined || !own.includes('GENERAL_RED(14)')) return false;
      play.pieces[0] = 'GENERAL_RED(14)';
      return true;
    }),
    'a play is called what it is not': on('turn', ({ phase_data }) => {
      const [play] = Object.values(phase_data['turn_plays'] as Record<string, { play_type: string }>);
      if (play !== undefined) play.play_type = 'DOUBLE_STRAIGHT';
      return play !== undefined;
    }),
    'somebody else is said to be next': on('turn', ({ phase_data }) => {
      const order = phase_data['turn_order'] as string[];
      phase_data['current_player'] = order.find((name) => name !== phase_data['current_player']);
    }),
    'piles appear from nowhere': on('turn', ({ phase_data, players }) => {
      (phase_data['pile_counts'] as Record<string, number>)['Cid'] = 5;
      if (players['Cid'] !== undefined) players['Cid'].captured_piles = 5;
      return phase_data['current_turn_number'] === 2;
    }),
    'the last declaration is forbidden': on('turn', ({ phase_data, players }) => {
      const last = (phase_data['turn_order'] as string[])[3] ?? '';
      const others = Object.values(players).reduce(
        (sum, { name, declared }) => (name === last ? sum : sum + (declared ?? 0)),
        0,
      );
      if (players[last] === undefined || others > 8) return false;
      players[last].declared = 8 - others;
      return true;
    }),
    'a declaration is missing in a turn': on('turn', ({ players }) => {
      if (players['Cid'] !== undefined) players['Cid'].declared = null;
    }),
    'a declaration changes after it was made': on('turn', ({ phase_data, players }) => {
      if (players['Cid'] !== undefined) players['Cid'].declared = Number(players['Cid'].declared) + 1;
      return phase_data['current_turn_number'] === 2;
    }),
    'the declared total is wrong': on('declaration', ({ phase_data }) => {
      phase_data['declaration_total'] = Number(phase_data['declaration_total']) + 1;
    }),
    'a score does not follow from the piles': on('scoring', ({ phase_data }) => {
      const [score] = Object.values(phase_data['round_scores'] as Record<string, { bonus: number }>);
      if (score !== undefined) score.bonus = score.bonus === 0 ? 5 : 0;
    }),
    'a total is not the sum of the rounds': on('scoring', ({ phase_data, players, round }) => {
      const score = (phase_data['round_scores'] as Record<string, { total_score: number }>)['Dee'];
      if (score === undefined || players['Dee'] === undefined) return false;
      score.total_score += 1;
      (phase_data['total_scores'] as Record<string, number>)['Dee'] = score.total_score;
      players['Dee'].score = score.total_score;
      return round === 2;
    }),
    'the seed deals other hands': on('scoring', ({ phase_data }) => {
      const seed = '0'.repeat(64);
      const commitment = (phase_data['deal'] as { commitment: string }).commitment;
      phase_data['deal'] = { commitment, seed };
    }),
    'the commitment is another than at the deal': on('scoring', ({ phase_data }) => {
      const seed = '0'.repeat(64);
      phase_data['deal'] = { commitment: createHash('sha256').update(seed).digest('hex'), seed };
    }),
    'the seed is shown too early': on('declaration', ({ phase_data }) => {
      (phase_data['deal'] as Record<string, string>)['seed'] = '0'.repeat(64);
    }),
    'the sequence is not the seq': on('turn', (view) => {
      view.sequence += 1;
    }),
    'a round comes again': on('turn', (view) => {
      view.round -= 1;
      return view.round === 1;
    }),
    'the wrong player is said to have won': on('game_over', ({ phase_data }) => {
      const [, , , last] = phase_data['final_rankings'] as { name: string }[];
      phase_data['winners'] = [last?.name];
    }),
    'a field is missing': on('turn', ({ phase_data }) => delete phase_data['required_piece_count']),
    'a field is there that nobody knows': on('turn', (view) => {
      view['secrets'] = [];
    }),
  };

  test.each(Object.entries(TAMPERINGS))('%s', (_lie, tamper) => {
    const delivered = structuredClone(playThrough(7, { maxRounds: 3 })) as { seat: Seat; frame: Frame }[];
    const place = delivered.findIndex(({ seat, frame }) => seat === 1 && isTold(frame, tamper));
    expect(place).toBeGreaterThanOrEqual(0);
    const told = delivered.map((each, at) =>
      at === place ? { ...each, frame: liedTo(each.frame, tamper) } : each,
    );
    expect(() => judge(told)).toThrow(Violation);
  });

  test.each([
    ['with pauses', {}],
    ['without pauses', { turnResultsSeconds: 0 }],
  ])('one turn_complete of all is left out %s, unless the client asked for that', (_how, settings) => {
    const delivered = playThrough(7, settings);
    const places = delivered.flatMap(({ frame }, place) => (frame.event === 'turn_complete' ? [place] : []));
    expect(places.length).toBeGreaterThan(20);
    for (const place of places)
      expect(() => judge(delivered.toSpliced(place, 1))).toThrow(/never got turn_complete/);
    const kept = delivered.filter(({ frame }) => frame.event !== 'turn_complete');
    expect(judge(kept, ['turn_complete'])[0]?.counts).toMatchObject({ told: 0 });
  });

  test('turn_complete comes though the client asked to do without', () => {
    expect(() => judge(playThrough(7), ['turn_complete'])).toThrow(/asked not to be told/);
  });

  test('a frame of the room carries no seq', () => {
    const delivered = playThrough(7).map(({ seat, frame: { seq: _, ...frame } }) => ({
      seat,
      frame: frame,
    }));
    expect(() => judge(delivered)).toThrow(/no seq/);
  });
});

/** A lie for one phase; it does not fit when it returns false. */
function on(phase: GameView['phase'], lie: (view: Draft) => unknown): Tampering {
  return (view) => view.phase === phase && lie(view) !== false;
}

function isTold(frame: Frame, tamper: Tampering): boolean {
  return frame.event === 'phase_change' && tamper(structuredClone(frame.data) as unknown as Draft);
}

function liedTo(frame: Frame, tamper: Tampering): Frame {
  const lied = structuredClone(frame);
  tamper(lied.data as unknown as Draft);
  return lied;
}

function isPlay(frame: Frame): boolean {
  return (
    frame.event === 'phase_change' && frame.data.phase === 'turn' && frame.data.last_action?.kind === 'play'
  );
}
