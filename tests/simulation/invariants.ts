// What must hold after every step of a simulated game (docs/architecture.md, section 9).

import type { Delivery } from '../../src/app/ports.ts';
import { DECK, label } from '../../src/game/pieces.ts';
import { SEATS } from '../../src/game/seats.ts';
import type { Seat } from '../../src/game/seats.ts';
import { applyCommit, NO_RECORD } from '../../src/room/record.ts';
import type { Commit, RoomRecord } from '../../src/room/record.ts';
import type { Game, PlayingRoom } from '../../src/room/room.ts';

const SORTED_DECK = [...DECK].sort().join(' ');

/** Checks each commit as it is made, and each frame as it is posted. Collects what is wrong. */
export class Invariants {
  readonly violations: string[] = [];
  readonly #recordOf: (room: string) => RoomRecord;
  readonly #recordsOf: (room: string) => readonly RoomRecord[];
  readonly #done = new Set<string>();
  readonly #handedOver = new Set<Delivery>();
  readonly #played = new Map<string, string[]>();

  constructor(rooms: {
    recordOf: (room: string) => RoomRecord;
    recordsOf: (room: string) => readonly RoomRecord[];
  }) {
    this.#recordOf = rooms.recordOf;
    this.#recordsOf = rooms.recordsOf;
  }

  /** 1, 2, 4, 5: the log is gapless, pieces are 32, declarations and scores add up, no command is in it twice. */
  committed(commit: Commit): void {
    const record = this.#recordOf(commit.room);
    this.#require(record.seq === commit.seq, `commit ${commit.seq} made seq ${record.seq}`);
    if (commit.by.startsWith('player-') || commit.by === 'phase') {
      const key = `${commit.room} ${commit.by} ${commit.commandId}`;
      this.#require(!this.#done.has(key), `the command ${key} was applied twice`);
      this.#done.add(key);
    }
    if (commit.snapshot !== undefined) {
      this.#require(
        JSON.stringify(commit.snapshot) === JSON.stringify(record),
        'a snapshot is not the folded record',
      );
    }
    this.#track(commit);
    if (record.room.stage === 'playing') this.#checkGame(commit.room, record.room);
  }

  /** 8: nothing is delivered twice, however little was heard of the first time. */
  handedOver(delivery: Delivery): void {
    this.#require(!this.#handedOver.has(delivery), `the delivery of commit ${delivery.seq} went out twice`);
    this.#handedOver.add(delivery);
  }

  /** 3: no frame names a piece in another's hand; the own hand is the one of that commit. */
  posted({ name }: { readonly name: string }, text: string, room: string | null): void {
    const frame = JSON.parse(text) as {
      event?: string;
      seq?: number;
      data?: { players?: Record<string, { hand?: string[] }> };
    };
    if (frame.event !== 'phase_change' || room === null) return;
    for (const [player, entry] of Object.entries(frame.data?.players ?? {})) {
      if (entry.hand === undefined) continue;
      this.#require(player === name, `${name} was sent the hand of ${player}`);
      const expected = this.#handAt(room, frame.seq ?? 0, name);
      this.#require(
        entry.hand.join() === expected,
        `${name} was sent a hand that is not theirs at ${frame.seq ?? 0}`,
      );
    }
  }

  /** 1, at the end: replaying the log gives the stored state. */
  replay(commits: readonly Commit[], record: RoomRecord): void {
    const replayed = commits.reduce(applyCommit, NO_RECORD);
    this.#require(
      JSON.stringify(replayed) === JSON.stringify(record),
      'the log does not replay to the record',
    );
  }

  #handAt(room: string, seq: number, name: string): string {
    const { room: then } = this.#recordsOf(room)[seq] ?? NO_RECORD;
    if (then.stage !== 'playing' || then.game.phase.name === 'starting') return '';
    const seat = SEATS.find((each) => then.seats[each].name === name);
    return seat === undefined ? '' : then.game.phase.round.hands[seat].map(label).join();
  }

  #track({ room, events }: Commit): void {
    for (const event of events) {
      if (event.type === 'Dealt') this.#played.set(room, []);
      if (event.type === 'Played') this.#played.get(room)?.push(...event.pieces);
      if (event.type === 'RoundScored') {
        const piles = SEATS.reduce((sum, seat) => sum + event.scores[seat].captured, 0);
        const declared = SEATS.reduce((sum, seat) => sum + event.scores[seat].declared, 0);
        this.#require(piles === 8, `a round had ${piles} piles`);
        this.#require(declared !== 8, 'the declarations total 8');
      }
    }
  }

  #checkGame(room: string, { game }: PlayingRoom): void {
    const { phase } = game;
    if (phase.name === 'starting') return;
    const held = SEATS.flatMap((seat) => phase.round.hands[seat]);
    const all = [...held, ...(this.#played.get(room) ?? [])];
    this.#require(all.sort().join(' ') === SORTED_DECK, `${all.length} pieces, or not the deck's`);
    const sizes = new Set(SEATS.map((seat: Seat) => phase.round.hands[seat].length + laid(game, seat)));
    this.#require(sizes.size === 1, 'hands of different length');
    if (phase.name === 'scoring') {
      for (const seat of SEATS) {
        this.#require(
          phase.scores[seat].total === game.tally[seat].total,
          `seat ${seat}: a total that is no sum`,
        );
      }
    }
  }

  #require(holds: boolean, otherwise: string): void {
    if (!holds) this.violations.push(otherwise);
  }
}

/** Pieces a seat has laid in the turn that is being played. */
function laid({ phase }: Game, seat: Seat): number {
  if (phase.name !== 'turn') return 0;
  return phase.plays.find((play) => play.seat === seat)?.pieces.length ?? 0;
}
