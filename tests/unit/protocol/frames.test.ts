// What goes over the wire: every field of docs/protocol.md for every frame, per phase and per seat.

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { label } from '../../../src/game/pieces.ts';
import { SEATS } from '../../../src/game/seats.ts';
import type { Seat } from '../../../src/game/seats.ts';
import {
  errorFrame,
  framesFor,
  fullView,
  inReplyTo,
  roomClosed,
  roomList,
  roomSummary,
  roomUpdateFrame,
  stateFrame,
  welcome,
} from '../../../src/protocol/frames.ts';
import type { Frame, PhaseChange, PieceLabel, WirePhase } from '../../../src/protocol/server-frames.ts';
import type { RoomEvent } from '../../../src/room/events.ts';
import { listingOf } from '../../../src/room/listing.ts';
import { viewFor } from '../../../src/room/view.ts';
import {
  answered,
  attach,
  bot,
  by,
  declared,
  detached,
  disconnect,
  enter,
  FAIR,
  FOUR_HUMANS,
  gameAt,
  given,
  LAST,
  lastTurn,
  liveRoom,
  opened,
  PEOPLE,
  played,
  POOR,
  proofWithWeak,
  ROOM,
  sat,
  second,
  STARTED,
  tableOf,
  TICK,
  won,
} from '../../support/room.ts';
import type { Story } from '../../support/room.ts';
import { gameOf, walk } from '../../support/walk.ts';

/** The frames of a story's latest commit for a seat; null for whoever has none. */
function framesOf(story: Story, seat: Seat | null = 1): readonly Frame[] {
  return framesFor(story.change, seat);
}
function eventsOf(story: Story, seat: Seat | null = 1): readonly string[] {
  return framesOf(story, seat).map(({ event }) => event);
}
/** The one `phase_change` of a story's latest commit. */
function phaseChangeOf<P extends WirePhase>(
  story: Story,
  phase: P,
  seat: Seat | null = 1,
): Extract<PhaseChange<Seat>, { phase: P }> {
  const changes = framesOf(story, seat).flatMap((frame) =>
    frame.event === 'phase_change' ? [frame.data] : [],
  );
  const [change] = changes.filter(
    (each): each is Extract<PhaseChange<Seat>, { phase: P }> => each.phase === phase,
  );
  if (change === undefined || changes.length !== 1) throw new Error(`Not one phase_change of ${phase}`);
  return change;
}
/** The data of the only frame of an event in a story's latest commit. */
function dataOf(story: Story, event: Frame['event'], seat: Seat | null = 1): unknown {
  const frames = framesOf(story, seat).filter((frame) => frame.event === event);
  expect(frames).toHaveLength(1);
  return frames[0]?.data;
}
const labels = (seat: Seat, hands = FAIR): readonly PieceLabel[] => hands[seat].map(label);

const deal = { redeal_multiplier: 1, deal: { commitment: 'commitment 99' } };
const seed = '63'.padStart(64, '0');
const scoredStory = given(gameAt('turn', undefined, LAST), lastTurn())
  .when(TICK, { at: 20 })
  .thenTypes('RoundScored');
const decided = given(gameAt('turn', tableOf([1, 2, 3], { maxRounds: 1 }), LAST), lastTurn())
  .when(TICK, { at: 20 })
  .thenTypes('RoundScored');
const ended = decided.when({ type: 'endGame', game: 1 }, { at: 27 }).thenTypes('GameEnded');

describe('phase_change', () => {
  /** A story in every phase of the wire. */
  const stories: Readonly<Record<WirePhase, Story>> = {
    preparation: given(gameAt('redeal')).later(4, answered(2, true)),
    round_start: given(gameAt('round_start')),
    declaration: given(gameAt('declaration')).later(4, declared(1, 3)),
    turn: given(gameAt('turn')).later(4, played(1, [0, 1, 2], 'G A E')),
    turn_results: given(gameAt('turn', undefined, LAST)).later(4, lastTurn()),
    scoring: scoredStory,
    game_over: ended,
  };

  describe.each(Object.keys(stories) as WirePhase[])('in %s', (phase) => {
    const story = stories[phase];

    test('has these fields and no others', () => {
      expect(Object.keys(phaseChangeOf(story, phase)).sort()).toEqual([
        'allowed_actions',
        'deadline',
        'last_action',
        'phase',
        'phase_data',
        'players',
        'reason',
        'round',
        'sequence',
        'timestamp',
      ]);
    });

    test('says who everybody is, and the hand to its holder alone', () => {
      const common = [
        'avatar_color',
        'captured_piles',
        'declared',
        'hand_size',
        'is_bot',
        'is_connected',
        'is_host',
        'name',
        'original_is_bot',
        'score',
        'zero_declares_in_a_row',
      ];
      for (const seat of [...SEATS, null]) {
        const { players } = phaseChangeOf(story, phase, seat);
        const { seats } = liveRoom(story);
        expect(Object.keys(players)).toEqual(SEATS.map((each) => seats[each]?.name));
        for (const each of SEATS) {
          const entry = players[seats[each]?.name ?? ''] ?? {};
          expect(Object.keys(entry).sort()).toEqual(each === seat ? [...common, 'hand'].sort() : common);
        }
      }
    });

    test('carries the number of the commit and its time in seconds', () => {
      const { seq, at } = story.record;
      expect(phaseChangeOf(story, phase)).toMatchObject({ sequence: seq, timestamp: at / 1_000 });
      for (const frame of framesOf(story)) expect(frame.seq).toBe(seq);
    });

    test('gives a reason that reads as a sentence', () => {
      expect(phaseChangeOf(story, phase).reason).toMatch(/^[A-Z].+\.$/);
    });
  });

  test('before the first deal: the cards are being dealt', () => {
    const change = phaseChangeOf(given(gameAt('starting')), 'preparation');
    expect(change.phase_data).toEqual({ dealing_cards: true, redeal_multiplier: 1 });
    expect(change).toMatchObject({ round: 1, allowed_actions: [], deadline: null, last_action: null });
    expect(change.players['Ann']).toMatchObject({ hand: [], hand_size: 0 });
  });

  test('while weak hands decide: who is awaited, how many have answered', () => {
    const story = stories.preparation;
    expect(phaseChangeOf(story, 'preparation').phase_data).toEqual({
      dealing_cards: false,
      simultaneous_mode: true,
      weak_players_awaiting: ['Dan'],
      decisions_received: 1,
      decisions_needed: 2,
      decision_timeout: 30,
      ...deal,
    });
    expect(phaseChangeOf(story, 'preparation', 4)).toMatchObject({
      allowed_actions: ['accept_redeal', 'decline_redeal'],
      deadline: second(30),
      last_action: { player: 'Ben', kind: 'redeal', value: 'accept', forced: false },
    });
    for (const seat of [1, 2, 3] as const) {
      expect(phaseChangeOf(story, 'preparation', seat).allowed_actions).toEqual([]);
    }
  });

  test('after a redeal: for double, and who asked for it', () => {
    const story = given(gameAt('redeal'), answered(2, false))
      .when(by(4, { type: 'decideRedeal', accept: true }), { proof: proofWithWeak() })
      .thenTypes('RedealDecided', 'Dealt');
    const change = phaseChangeOf(story, 'round_start');
    expect(change.phase_data).toMatchObject({ redeal_multiplier: 2, starter_reason: 'accepted_redeal' });
    expect(change.last_action).toEqual({ player: 'Dan', kind: 'redeal', value: 'accept', forced: false });
  });

  test('at the round’s start: who starts and why, for how long it is shown', () => {
    const change = phaseChangeOf(stories.round_start, 'round_start');
    expect(change.phase_data).toEqual({
      current_starter: 'Ann',
      starter_reason: 'has_general_red',
      round_number: 1,
      display_duration: 5,
      ...deal,
    });
    expect(change).toMatchObject({ round: 1, allowed_actions: [], deadline: null, last_action: null });
  });

  test('in declaration: the order, whose turn it is, what was declared', () => {
    const story = stories.declaration;
    expect(phaseChangeOf(story, 'declaration').phase_data).toEqual({
      declaration_order: ['Ann', 'Ben', 'Cat', 'Dan'],
      current_declarer: 'Ben',
      declarations: { Ann: 3 },
      declaration_total: 3,
      ...deal,
    });
    expect(phaseChangeOf(story, 'declaration', 2)).toMatchObject({
      allowed_actions: ['declare'],
      deadline: second(64),
      last_action: { player: 'Ann', kind: 'declare', value: 3, forced: false },
      players: { Ann: { declared: 3 }, Ben: { declared: null } },
    });
    expect(phaseChangeOf(story, 'declaration', 1).allowed_actions).toEqual([]);
  });

  test('with all declarations made: the first turn, which still tells of the last declaration', () => {
    const story = given(gameAt('declaration'), declared(1, 1), declared(2, 1), declared(3, 1))
      .when(by(4, { type: 'declare', value: 2 }), { at: 4 })
      .thenTypes('Declared', 'TurnStarted');
    expect(eventsOf(story)).toEqual(['phase_change']);
    expect(phaseChangeOf(story, 'turn')).toMatchObject({
      phase_data: { current_player: 'Ann', current_turn_number: 1, turn_plays: {} },
      players: { Ann: { declared: 1 }, Ben: { declared: 1 }, Cat: { declared: 1 }, Dan: { declared: 2 } },
      last_action: { player: 'Dan', kind: 'declare', value: 2, forced: false },
      reason: 'Dan declared 2.',
      deadline: second(64),
    });
    const entering = story.when(enter('turns', 1), { at: 4.1 }).thenTypes('TaskEntered');
    const { sequence, timestamp, ...same } = phaseChangeOf(entering, 'turn');
    expect([sequence, timestamp]).toEqual([entering.record.seq, second(4.1) / 1_000]);
    expect(phaseChangeOf(story, 'turn')).toMatchObject(same);
  });

  test('with the last play of a round, where turns’ results are not shown: who won it, and the scores', () => {
    const table = tableOf([1, 2, 3, 4], { turnResultsSeconds: 0 });
    const story = given(gameAt('turn', table, LAST), lastTurn().slice(0, 3))
      .when(by(4, { type: 'play', indices: [0] }))
      .thenTypes('Played', 'TurnResolved', 'RoundScored');
    expect(eventsOf(story)).toEqual(['turn_complete', 'phase_change']);
    expect(dataOf(story, 'turn_complete')).toMatchObject({ winner: 'Ann', all_hands_empty: true });
    expect(phaseChangeOf(story, 'scoring')).toMatchObject({
      last_action: { player: 'Dan', kind: 'play', pieces: ['ADVISOR_BLACK(11)'] },
      reason: 'Round 1: scoring.',
    });
  });

  test('in a turn: the order, whose turn it is, what lies on the table', () => {
    const story = stories.turn;
    expect(phaseChangeOf(story, 'turn').phase_data).toEqual({
      turn_order: ['Ann', 'Ben', 'Cat', 'Dan'],
      current_turn_starter: 'Ann',
      current_player: 'Ben',
      required_piece_count: 3,
      turn_plays: {
        Ann: {
          pieces: ['GENERAL_RED(14)', 'ADVISOR_RED(12)', 'ELEPHANT_RED(10)'],
          play_type: 'STRAIGHT',
          play_value: 36,
          is_valid: true,
        },
      },
      pile_counts: { Ann: 0, Ben: 0, Cat: 0, Dan: 0 },
      current_turn_number: 1,
      ...deal,
    });
    expect(phaseChangeOf(story, 'turn', 2)).toMatchObject({
      allowed_actions: ['play'],
      deadline: second(64),
      last_action: {
        player: 'Ann',
        kind: 'play',
        pieces: ['GENERAL_RED(14)', 'ADVISOR_RED(12)', 'ELEPHANT_RED(10)'],
        forced: false,
      },
    });
  });

  test('for the leader of a turn: any number of pieces will do', () => {
    const story = given(gameAt('turn'));
    expect(phaseChangeOf(story, 'turn').phase_data).toMatchObject({
      current_player: 'Ann',
      required_piece_count: null,
      turn_plays: {},
    });
    expect(phaseChangeOf(story, 'turn').allowed_actions).toEqual(['play']);
  });

  test('of pieces that form no set: they are not valid', () => {
    const story = stories.turn.later(5, played(2, [0, 3, 7], 'g c s'));
    expect(phaseChangeOf(story, 'turn').phase_data.turn_plays['Ben']).toEqual({
      pieces: ['GENERAL_BLACK(13)', 'CHARIOT_BLACK(7)', 'SOLDIER_BLACK(1)'],
      play_type: 'INVALID',
      play_value: 21,
      is_valid: false,
    });
  });

  test('of a turn’s result: who won with what, and what comes next', () => {
    const change = phaseChangeOf(stories.turn_results, 'turn_results');
    expect(change.phase_data).toEqual({
      turn_winner: 'Ann',
      turn_order: ['Ann', 'Ben', 'Cat', 'Dan'],
      winning_play: { pieces: ['GENERAL_RED(14)'], value: 14, type: 'SINGLE', pilesWon: 1 },
      turn_plays: {
        Ann: { pieces: ['GENERAL_RED(14)'], play_type: 'SINGLE', play_value: 14, is_valid: true },
        Ben: { pieces: ['GENERAL_BLACK(13)'], play_type: 'SINGLE', play_value: 13, is_valid: true },
        Cat: { pieces: ['ADVISOR_RED(12)'], play_type: 'SINGLE', play_value: 12, is_valid: true },
        Dan: { pieces: ['ADVISOR_BLACK(11)'], play_type: 'SINGLE', play_value: 11, is_valid: true },
      },
      pile_counts: { Ann: 1, Ben: 0, Cat: 0, Dan: 0 },
      current_turn_number: 1,
      display_duration: 7,
      next_phase: 'scoring',
      next_turn_at: null,
      next_deadline: null,
      ready_players: [],
      ...deal,
    });
    expect(change).toMatchObject({ allowed_actions: ['player_ready'], deadline: null });
    const fair = given(
      gameAt('turn'),
      played(1, [6], 'S'),
      played(2, [0], 'g'),
      played(3, [0], 'A'),
      played(4, [0], 'a'),
      won(2, 1),
    ).later(1, { type: 'PlayerReady', seat: 3 });
    expect(phaseChangeOf(fair, 'turn_results').phase_data).toMatchObject({
      turn_winner: 'Ben',
      next_phase: 'turn',
      ready_players: ['Cat'],
    });
  });

  test('of the scores: every part of them, and the seed that the deal came from', () => {
    const change = phaseChangeOf(stories.scoring, 'scoring');
    const missed = {
      declared: 1,
      actual: 0,
      base_score: -1,
      bonus: 0,
      hit_value: -1,
      multiplier: 1,
      final_score: -1,
      total_score: -1,
    };
    expect(change.phase_data).toEqual({
      round_scores: {
        Ann: {
          declared: 1,
          actual: 1,
          base_score: 6,
          bonus: 5,
          hit_value: 1,
          multiplier: 1,
          final_score: 6,
          total_score: 6,
        },
        Ben: missed,
        Cat: missed,
        Dan: missed,
      },
      total_scores: { Ann: 6, Ben: -1, Cat: -1, Dan: -1 },
      scoring_players_data: [
        { name: 'Ann', is_bot: false, pile_count: 1, captured_piles: 1 },
        { name: 'Ben', is_bot: false, pile_count: 0, captured_piles: 0 },
        { name: 'Cat', is_bot: false, pile_count: 0, captured_piles: 0 },
        { name: 'Dan', is_bot: false, pile_count: 0, captured_piles: 0 },
      ],
      score_sheet: [
        {
          round: 1,
          multiplier: 1,
          players: {
            Ann: { declared: 1, actual: 1, score: 6 },
            Ben: { declared: 1, actual: 0, score: -1 },
            Cat: { declared: 1, actual: 0, score: -1 },
            Dan: { declared: 1, actual: 0, score: -1 },
          },
        },
      ],
      game_complete: false,
      winners: [],
      display_duration: 7,
      redeal_multiplier: 1,
      deal: { commitment: 'commitment 99', seed },
    });
    expect(change).toMatchObject({ round: 1, allowed_actions: [], deadline: null });
    expect(change).toMatchObject({ reason: 'Round 1: scoring.', last_action: { player: 'Dan' } });
    expect(change.players).toMatchObject({ Ann: { score: 6, captured_piles: 1 }, Ben: { score: -1 } });
    expect(phaseChangeOf(decided, 'scoring').phase_data).toMatchObject({
      game_complete: true,
      winners: ['Ann'],
    });
  });

  test('of the end: winners, everybody’s place, and the game’s figures', () => {
    const change = phaseChangeOf(stories.game_over, 'game_over');
    const second = { score: -1, rank: 2, turns_won: 0, perfect_rounds: 0 };
    expect(change.phase_data).toEqual({
      winners: ['Ann'],
      final_rankings: [
        { name: 'Ann', score: 6, rank: 1, turns_won: 1, perfect_rounds: 1 },
        { name: 'Ben', ...second },
        { name: 'Cat', ...second },
        { name: 'Bot 4', ...second },
      ],
      score_sheet: [
        {
          round: 1,
          multiplier: 1,
          players: {
            Ann: { declared: 1, actual: 1, score: 6 },
            Ben: { declared: 1, actual: 0, score: -1 },
            Cat: { declared: 1, actual: 0, score: -1 },
            'Bot 4': { declared: 1, actual: 0, score: -1 },
          },
        },
      ],
      game_stats: {
        total_rounds: 1,
        game_duration: 27,
        start_time: Date.UTC(2026, 0, 1) / 1_000,
        end_time: Date.UTC(2026, 0, 1) / 1_000 + 27,
      },
    });
    expect(change).toMatchObject({
      round: 1,
      deadline: null,
      last_action: null,
      allowed_actions: ['start_game'],
    });
    expect(phaseChangeOf(stories.game_over, 'game_over', 2).allowed_actions).toEqual([]);
    expect(change.players['Bot 4']).toMatchObject({ is_bot: true, original_is_bot: true, score: -1 });
  });

  test('marks a move made for an absent or slow player as forced, and a bot’s as its own', () => {
    const slow = given(gameAt('declaration'))
      .when(enter('declaration', 1, 'again'), { at: 60 })
      .thenTypes('TaskEntered', 'Declared');
    expect(phaseChangeOf(slow, 'declaration').last_action).toMatchObject({ player: 'Ann', forced: true });
    const bots = given(gameAt('declaration', tableOf([1]))).later(3, declared(1, 1));
    const moved = bots.when(TICK, { at: 4 }).thenTypes('Declared');
    expect(phaseChangeOf(moved, 'declaration').last_action).toMatchObject({ player: 'Bot 2', forced: false });
  });

  test('shows who is played by a bot and who is there', () => {
    const away = given(gameAt('turn')).later(5, detached(2));
    expect(phaseChangeOf(away, 'turn').players['Ben']).toMatchObject({ is_bot: false, is_connected: false });
    const replaced = away.later(10, { type: 'BotTookOver', seat: 2 });
    expect(phaseChangeOf(replaced, 'turn').players['Ben']).toMatchObject({
      is_bot: true,
      is_connected: false,
      original_is_bot: false,
    });
  });

  test('follows the hand: what was played is gone, the rest keeps its order', () => {
    const story = given(gameAt('turn')).later(4, played(1, [1, 3, 5], 'A C N'));
    const { players } = phaseChangeOf(story, 'turn');
    expect(players['Ann']).toMatchObject({
      hand_size: 5,
      hand: ['GENERAL_RED(14)', 'ELEPHANT_RED(10)', 'HORSE_RED(6)', 'SOLDIER_RED(2)', 'SOLDIER_RED(2)'],
    });
  });
});

describe('a commit sends', () => {
  const court = [played(1, [0, 1, 2], 'G A E'), played(2, [0, 1, 2], 'g a e'), played(3, [5, 6, 7], 'S S S')];

  test('one room_update while the room waits', () => {
    const story = given(opened()).later(2, sat(2));
    expect(framesOf(story, 1)).toEqual([
      {
        event: 'room_update',
        seq: 2,
        data: {
          room_id: ROOM,
          players: [
            { name: 'Ann', is_bot: false, is_host: true, avatar_color: 'blue' },
            { name: 'Ben', is_bot: false, is_host: false, avatar_color: 'purple' },
            null,
            null,
          ],
          host_name: 'Ann',
          started: false,
          operation_id: `${ROOM}-2`,
          spectators: 0,
          private: false,
        },
      },
    ]);
  });

  test('game_started before the first phase_change', () => {
    const story = given(FOUR_HUMANS)
      .when(by(1, { type: 'startGame' }))
      .then(STARTED);
    expect(eventsOf(story)).toEqual(['game_started', 'phase_change']);
    expect(framesOf(story)[0]).toEqual({
      event: 'game_started',
      data: { room_id: ROOM, success: true },
      seq: 2,
    });
  });

  test('one phase_change for a declaration or a play in mid-turn', () => {
    const declaring = given(gameAt('declaration'))
      .when(by(1, { type: 'declare', value: 1 }))
      .thenTypes('Declared');
    for (const seat of [...SEATS, null]) expect(eventsOf(declaring, seat)).toEqual(['phase_change']);
    const playing = given(gameAt('turn'))
      .when(by(1, { type: 'play', indices: [0, 1, 2] }))
      .thenTypes('Played');
    for (const seat of [...SEATS, null]) expect(eventsOf(playing, seat)).toEqual(['phase_change']);
  });

  test('turn_complete before the phase_change of a turn’s end', () => {
    const story = given(gameAt('turn'), court)
      .when(by(4, { type: 'play', indices: [2, 3, 4] }), { at: 9 })
      .thenTypes('Played', 'TurnResolved');
    expect(eventsOf(story, 3)).toEqual(['turn_complete', 'phase_change']);
    expect(dataOf(story, 'turn_complete')).toEqual({
      winner: 'Ann',
      winning_play: {
        pieces: ['GENERAL_RED(14)', 'ADVISOR_RED(12)', 'ELEPHANT_RED(10)'],
        value: 36,
        type: 'STRAIGHT',
        pilesWon: 3,
      },
      player_piles: { Ann: 3, Ben: 0, Cat: 0, Dan: 0 },
      turn_players_data: [
        { name: 'Ann', captured_piles: 3, declared: 1 },
        { name: 'Ben', captured_piles: 0, declared: 1 },
        { name: 'Cat', captured_piles: 0, declared: 1 },
        { name: 'Dan', captured_piles: 0, declared: 1 },
      ],
      turn_number: 1,
      next_starter: 'Ann',
      all_hands_empty: false,
      will_continue: true,
    });
  });

  test('turn_complete and one phase_change also when the next turn begins at once', () => {
    const story = given(gameAt('turn', tableOf([1, 2, 3, 4], { turnResultsSeconds: 0 })), court)
      .when(by(4, { type: 'play', indices: [2, 3, 4] }))
      .thenTypes('Played', 'TurnResolved', 'TurnStarted');
    expect(eventsOf(story)).toEqual(['turn_complete', 'phase_change']);
    expect(phaseChangeOf(story, 'turn')).toMatchObject({
      phase_data: { current_turn_number: 2, turn_plays: {}, pile_counts: { Ann: 3 } },
      last_action: { player: 'Dan', kind: 'play' },
    });
  });

  test('turn_complete of the last turn of a round: all hands are empty', () => {
    const story = given(gameAt('turn', undefined, LAST), lastTurn().slice(0, 3))
      .when(by(4, { type: 'play', indices: [0] }))
      .thenTypes('Played', 'TurnResolved');
    expect(dataOf(story, 'turn_complete')).toMatchObject({ all_hands_empty: true, will_continue: false });
  });

  test('game_ended before the phase_change of game_over', () => {
    expect(eventsOf(ended, 2)).toEqual(['game_ended', 'phase_change']);
    expect(dataOf(ended, 'game_ended')).toEqual({
      winners: ['Ann'],
      final_scores: { Ann: 6, Ben: -1, Cat: -1, 'Bot 4': -1 },
      reason: 'completed',
    });
  });

  test('game_ended without winners when the game is aborted or abandoned', () => {
    const aborted = given(gameAt('turn')).when({ type: 'abortGame', game: 1 }).thenTypes('GameEnded');
    expect(dataOf(aborted, 'game_ended')).toMatchObject({ winners: [], reason: 'aborted' });
    const abandoned = given(gameAt('turn'), { type: 'GameEnded', outcome: 'abandoned', winners: [] });
    expect(dataOf(abandoned, 'game_ended')).toMatchObject({ winners: [], reason: 'abandoned' });
  });

  test('player_disconnected when a bot takes over, not when the connection ends', () => {
    const away = given(gameAt('turn')).when(disconnect(2), { at: 5 }).thenTypes('Detached');
    expect(eventsOf(away)).toEqual(['phase_change']);
    const replaced = away.when(TICK, { at: 10 }).thenTypes('BotTookOver');
    expect(eventsOf(replaced)).toEqual(['player_disconnected', 'phase_change']);
    expect(dataOf(replaced, 'player_disconnected')).toEqual({
      player_name: 'Ben',
      is_bot: true,
      resumed_control: false,
    });
  });

  test('player_reconnected when somebody takes the seat back from the bot, not after a mere navigation', () => {
    const away = given(gameAt('turn')).later(5, detached(2));
    const navigated = away.when(attach(2, 'next-page'), { at: 6 }).thenTypes('Attached');
    expect(eventsOf(navigated)).toEqual(['phase_change']);
    const back = away
      .later(10, { type: 'BotTookOver', seat: 2 })
      .when(attach(2, 'again'), { at: 20 })
      .thenTypes('Attached');
    expect(eventsOf(back)).toEqual(['player_reconnected', 'phase_change']);
    expect(dataOf(back, 'player_reconnected')).toEqual({
      player_name: 'Ben',
      is_bot: false,
      resumed_control: true,
    });
  });

  test('player_disconnected and host_changed when the host leaves the game', () => {
    const story = given(gameAt('turn'))
      .when(by(1, { type: 'leaveGame' }))
      .thenTypes('LeftForGood', 'HostChanged');
    expect(eventsOf(story, 2)).toEqual(['player_disconnected', 'host_changed', 'phase_change']);
    expect(dataOf(story, 'player_disconnected', 2)).toMatchObject({ player_name: 'Ann', is_bot: true });
    expect(dataOf(story, 'host_changed', 2)).toEqual({ new_host: 'Ben' });
    expect(phaseChangeOf(story, 'turn', 2).players).toMatchObject({
      Ann: { is_host: false, is_bot: true, original_is_bot: false },
      Ben: { is_host: true },
    });
  });

  test('host_changed in a waiting room too', () => {
    const story = given(FOUR_HUMANS).later(5, detached(1)).when(TICK, { at: 65 }).thenTypes('HostChanged');
    expect(eventsOf(story, 2)).toEqual(['host_changed', 'room_update']);
    expect(dataOf(story, 'room_update', 2)).toMatchObject({ host_name: 'Ben' });
  });

  test('room_closed and nothing else when the room closes', () => {
    const story = given(FOUR_HUMANS)
      .when(by(1, { type: 'leaveRoom' }))
      .thenTypes('RoomClosed');
    expect(framesOf(story, 2)).toEqual([
      {
        event: 'room_closed',
        data: { message: 'The host has left, so the room is closed.', reason: 'host_left' },
        seq: 2,
      },
    ]);
  });

  test('nothing when there is no room', () => {
    expect(framesOf(given())).toEqual([]);
  });

  test('one phase_change at the most, whatever it holds, after everything else', () => {
    const whims = fc.array(fc.nat({ max: 10_000_000 }), { minLength: 50, maxLength: 400, size: 'max' });
    fc.assert(
      fc.property(whims, fc.constantFrom<(Seat | null)[]>(1, 2, 3, 4, null), (steps, seat) => {
        for (const { change } of walk(gameOf([1, 2, 3], { turnResultsSeconds: 0, maxRounds: 2 }), steps)) {
          if (change === null) continue;
          const events = framesFor(change, seat).map(({ event }) => event);
          const last = change.after.room.stage === 'closed' ? 'room_closed' : 'phase_change';
          expect(events.indexOf('phase_change')).toBe(last === 'phase_change' ? events.length - 1 : -1);
          expect(events.at(-1)).toBe(last);
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe('no frame to a seat names a piece in another’s hand', () => {
  const PIECE = /"(?:GENERAL|ADVISOR|ELEPHANT|CHARIOT|HORSE|CANNON|SOLDIER)_(?:RED|BLACK)/;
  /** Where pieces may stand: on the table, or in the receiver's own hand. */
  const PUBLIC = new Set(['turn_plays', 'winning_play', 'last_action', 'hand']);
  const withoutPublic = (frame: Frame): string =>
    JSON.stringify(frame, (key, value: unknown) => (PUBLIC.has(key) ? undefined : value));

  test('whatever happens in a game', () => {
    const whims = fc.array(fc.nat({ max: 10_000_000 }), { minLength: 50, maxLength: 400, size: 'max' });
    fc.assert(
      fc.property(whims, (steps) => {
        for (const { change, after } of walk(gameOf([1, 2, 3, 4], { maxRounds: 2 }), steps)) {
          if (change === null) continue;
          for (const seat of [...SEATS, null]) {
            const frames = framesFor(change, seat);
            for (const frame of frames) expect(withoutPublic(frame)).not.toMatch(PIECE);
            const isHandSent = seat !== null && after.room.stage !== 'closed';
            expect(handsIn(frames)).toEqual(isHandSent ? [handOf(after.room, seat)] : []);
          }
        }
      }),
      { numRuns: 12 },
    );
  });

  /** Every hand in some frames, wherever it stands. */
  function handsIn(frames: readonly Frame[]): readonly unknown[] {
    const found: unknown[] = [];
    JSON.stringify(frames, (key, value: unknown) => {
      if (key === 'hand') found.push(value);
      return value;
    });
    return found;
  }
  function handOf(room: Story['record']['room'], seat: Seat): readonly PieceLabel[] {
    if (room.stage !== 'playing' || room.game.phase.name === 'starting') return [];
    return room.game.phase.round.hands[seat].map(label);
  }

  test('at the deal, when every hand is whole', () => {
    const story = given(gameAt('redeal'));
    for (const seat of SEATS) {
      const { players } = phaseChangeOf(story, 'preparation', seat);
      expect(players[PEOPLE[seat].name]).toMatchObject({ hand: labels(seat, POOR) });
      const text = JSON.stringify(framesOf(story, seat));
      for (const own of labels(seat, POOR)) expect(text).toContain(own);
      for (const other of SEATS) {
        const foreign = labels(other, POOR).filter((piece) => !labels(seat, POOR).includes(piece));
        for (const piece of foreign) expect(text).not.toContain(piece);
      }
    }
    expect(JSON.stringify(framesOf(story, null))).not.toMatch(PIECE);
  });

  test('and none names a session, a connection or a task token', () => {
    for (const story of [given(gameAt('turn')), given(FOUR_HUMANS), ended]) {
      for (const seat of [...SEATS, null]) {
        expect(JSON.stringify(framesOf(story, seat))).not.toMatch(/session-|socket-|turns 1/);
      }
    }
  });
});

describe('the answer to', () => {
  const story = given(gameAt('turn'));
  const open = given(opened(), bot(3));
  const ann = { name: 'Ann', is_bot: false, is_host: true, avatar_color: 'blue' };
  const bot3 = { name: 'Bot 3', is_bot: true, is_host: false, avatar_color: 'orange' };

  test('client_ready is room_state_update, and the phase when a game runs', () => {
    expect(welcome(liveRoom(open), 1, open.record)).toEqual([
      {
        event: 'room_state_update',
        data: { slots: { P1: ann, P2: null, P3: bot3, P4: null }, host_name: 'Ann' },
        seq: 1,
      },
    ]);
    const [state, change] = welcome(liveRoom(story), 2, story.record);
    expect(state?.event).toBe('room_state_update');
    expect(change).toEqual(framesOf(story, 2).at(-1));
    expect(welcome(liveRoom(ended), 2, ended.record).map(({ event }) => event)).toEqual([
      'room_state_update',
      'phase_change',
    ]);
  });

  test('client_ready of a stranger has no phase', () => {
    expect(welcome(liveRoom(story), null, story.record).map(({ event }) => event)).toEqual([
      'room_state_update',
    ]);
  });

  test('get_room_state is room_update', () => {
    expect(roomUpdateFrame(liveRoom(open), 7)).toEqual({
      event: 'room_update',
      data: {
        room_id: ROOM,
        players: [ann, null, bot3, null],
        host_name: 'Ann',
        started: false,
        operation_id: `${ROOM}-7`,
        spectators: 0,
        private: false,
      },
      seq: 7,
    });
    expect(roomUpdateFrame(liveRoom(story), 7).data).toMatchObject({ started: true });
    const hidden = given({ ...opened(), isPrivate: true });
    expect(roomUpdateFrame(liveRoom(hidden), 1).data).toMatchObject({ private: true });
  });

  test('sync_request is one full view: the room, and the phase when there is a game', () => {
    expect(fullView(liveRoom(open), 1, open.record)).toEqual([roomUpdateFrame(liveRoom(open), 1)]);
    expect(fullView(liveRoom(story), 3, story.record)).toEqual([
      roomUpdateFrame(liveRoom(story), 1),
      framesOf(story, 3).at(-1),
    ]);
    const [, change] = fullView(liveRoom(story), null, story.record);
    expect(JSON.stringify(change)).not.toMatch(/"hand"/);
  });

  test('a command without frames of its own is the state', () => {
    expect(stateFrame(viewFor(liveRoom(open), 1), open.record)).toEqual(roomUpdateFrame(liveRoom(open), 1));
    expect(stateFrame(viewFor(liveRoom(story), 4), story.record)).toEqual(framesOf(story, 4).at(-1));
  });

  test('a frame with an id names it', () => {
    expect(inReplyTo(roomClosed('empty'), 'id-1')).toEqual({ ...roomClosed('empty'), reply_to: 'id-1' });
    expect(inReplyTo(roomClosed('empty'), undefined)).toEqual(roomClosed('empty'));
  });
});

describe('room_closed', () => {
  test.each(['host_left', 'empty', 'removed', 'not_found', 'closed_by_operator'] as const)(
    'says why: %s',
    (reason) => {
      const { event, data } = roomClosed(reason);
      expect(event).toBe('room_closed');
      expect(data).toEqual({ reason, message: expect.stringMatching(/^[A-Z].+\.$/) });
    },
  );
});

describe('the lobby’s list', () => {
  test('has a summary of each room, in seconds', () => {
    const story = given(opened(), bot(3)).later(9, sat(2));
    const listing = listingOf(story.record);
    if (listing === null) throw new Error('An open room is listed');
    const ann = { name: 'Ann', is_bot: false, is_host: true, avatar_color: 'blue' };
    const ben = { name: 'Ben', is_bot: false, is_host: false, avatar_color: 'purple' };
    const bot3 = { name: 'Bot 3', is_bot: true, is_host: false, avatar_color: 'orange' };
    const summary = {
      room_id: ROOM,
      host_name: 'Ann',
      started: false,
      players: [ann, ben, bot3, null],
      slots: { P1: ann, P2: ben, P3: bot3, P4: null },
      occupied_slots: 3,
      total_slots: 4,
      created_at: second(0) / 1_000,
      last_activity: second(9) / 1_000,
    };
    expect(roomSummary(listing)).toEqual(summary);
    expect(roomList({ open: [listing], running: [listing] }, second(10))).toEqual({
      event: 'room_list_update',
      data: { rooms: [summary], running: [summary], timestamp: second(10) / 1_000 },
    });
  });

  test('says of a room whose game runs or ran that it has started', () => {
    for (const story of [given(gameAt('turn')), ended]) {
      const listing = listingOf(story.record);
      expect(listing === null ? null : roomSummary(listing).started).toBe(true);
    }
  });
});

describe('an error', () => {
  test('has a code for programs, a sentence for players, the old client’s category, and details', () => {
    expect(errorFrame({ code: 'NOT_YOUR_TURN', message: 'It is not your turn.', event: 'play' })).toEqual({
      event: 'error',
      data: { code: 'NOT_YOUR_TURN', message: 'It is not your turn.', type: 'game_error', details: {} },
    });
    expect(
      errorFrame({ code: 'VALIDATION_ERROR', message: 'No.', details: { field: 'value' }, event: 'declare' })
        .data,
    ).toMatchObject({ type: 'validation_error', details: { field: 'value' } });
  });

  test.each([
    ['ROOM_FULL', 'join_room', 'join_room_error'],
    ['NAME_TAKEN', 'join_room', 'join_room_error'],
    ['ROOM_NOT_FOUND', 'join_room', 'join_room_error'],
    ['RATE_LIMITED', 'create_room', 'room_creation_error'],
    ['VALIDATION_ERROR', 'join_room', 'validation_error'],
    ['INTERNAL_ERROR', 'create_room', 'internal_error'],
    ['RATE_LIMITED', 'declare', 'rate_limit_error'],
    ['WRONG_PHASE', 'declare', 'game_error'],
    ['INVALID_PLAY', 'play', 'game_error'],
    ['NOT_IN_ROOM', 'play', 'room_error'],
    ['PERMISSION_DENIED', 'add_bot', 'room_error'],
    ['UNKNOWN_EVENT', undefined, 'validation_error'],
    ['FRAME_TOO_LARGE', undefined, 'validation_error'],
    ['INVALID_FRAME', undefined, 'validation_error'],
  ] as const)('%s of %s is a %s', (code, event, type) => {
    const refused = { code, message: 'No.', ...(event === undefined ? {} : { event }) };
    expect(errorFrame(refused)).toMatchObject({ event: 'error', data: { code, type } });
  });
});

test('two players with names that look like numbers are still told apart', () => {
  const names: readonly RoomEvent[] = [
    { type: 'SeatTaken', seat: 2, name: '7', player: 'session-ben', colour: 'purple' },
    { type: 'SeatTaken', seat: 3, name: '3', player: 'session-cat', colour: 'orange' },
  ];
  const story = given(opened(), names, bot(4), STARTED);
  const { players } = phaseChangeOf(story, 'preparation', 2);
  expect(players['7']).toMatchObject({ name: '7', hand: [] });
  expect(players['3']).not.toHaveProperty('hand');
});
