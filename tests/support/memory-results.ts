// Results of games in memory: what src/store/results.ts promises, without DynamoDB.

import type { PlayerId } from '../../src/room/room.ts';
import type { DayTally, KeptResult, Profile } from '../../src/store/result-items.ts';
import { gameKeyOf, rankSort } from '../../src/store/keys.ts';
import type { Day, GameKey } from '../../src/store/keys.ts';
import { RANKED_AFTER } from '../../src/store/results.ts';
import type { Ranked, RankingPage, Results } from '../../src/store/results.ts';
import type { Call } from './memory-store.ts';

export class MemoryResults {
  readonly results = new Map<GameKey, KeptResult>();
  readonly profiles = new Map<PlayerId, Profile>();
  readonly days = new Map<string, DayTally>();

  /** As the application has it, each call made through `call`. */
  asPort(call: Call): Results {
    return {
      result: (game) => call(`result ${game}`, () => this.results.get(game) ?? null),
      keep: (result) => call(`keep ${gameKeyOf(result)}`, () => this.#keep(result)),
      settle: (game) => call(`settle ${game}`, () => this.#settle(game)),
      profile: (player) => call(`profile ${player}`, () => this.profiles.get(player) ?? null),
      putProfile: (profile) =>
        call(`putProfile ${profile.player}`, () => putNext(this.profiles, profile.player, profile)),
      day: (shard, day) => call(`day ${day}`, () => this.days.get(`${shard} ${day}`) ?? null),
      putDay: (shard, tally) =>
        call(`putDay ${tally.day}`, () => putNext(this.days, `${shard} ${tally.day}`, tally)),
      days: (from, to) => call('days', () => this.#days(from, to)),
      ranking: (page) => call('ranking', () => this.#ranking(page)),
    };
  }

  #keep(result: KeptResult): KeptResult {
    const game = gameKeyOf(result);
    const kept = this.results.get(game) ?? result;
    this.results.set(game, kept);
    return kept;
  }

  #settle(game: GameKey): void {
    const result = this.results.get(game);
    if (result !== undefined) this.results.set(game, { ...result, isSettled: true });
  }

  #days(from: Day, to: Day): readonly DayTally[] {
    return [...this.days.values()].filter(({ day }) => day >= from && day <= to);
  }

  #ranking({
    limit,
    cursor = '0',
  }: {
    readonly limit: number;
    readonly cursor?: string | undefined;
  }): RankingPage {
    if (!/^\d+$/.test(cursor)) return { kind: 'bad_cursor' };
    const from = Number(cursor);
    const sortOf = ({ rating, handle }: Profile): string => rankSort(rating, handle);
    const profiles = [...this.profiles.values()]
      .filter(({ rated }) => rated >= RANKED_AFTER)
      .sort((a, b) => (sortOf(a) < sortOf(b) ? 1 : -1));
    const ranked = profiles.map((profile): Ranked => {
      return { place: 1 + profiles.filter(({ rating }) => rating > profile.rating).length, profile };
    });
    const next = from + limit < ranked.length ? String(from + limit) : null;
    return { kind: 'page', ranked: ranked.slice(from, from + limit), cursor: next };
  }
}

function putNext<T extends { readonly version: number }>(
  items: Map<string, T>,
  key: string,
  item: T,
): boolean {
  if ((items.get(key)?.version ?? 0) !== item.version - 1) return false;
  items.set(key, item);
  return true;
}
