// Who sits where as the receiver sees it, whose decision is awaited, and how scores are written. Pure.

import { ownEntry } from '../client-state.ts';
import type { GameView, RoomView } from '../client-state.ts';

/** Places around the table, clockwise from the own one. */
export const PLACES = ['bottom', 'left', 'top', 'right'] as const;
export type TablePlace = (typeof PLACES)[number];

/** Names in seat order from the receiver on; who only watches sits behind seat 1. */
export function namesAround(view: GameView, room: RoomView | null): readonly string[] {
  const seated = room?.seats.flatMap((seat) => (seat === null ? [] : [seat.name])) ?? [];
  const names = seated.filter((name) => Object.hasOwn(view.players, name));
  const all = names.length === Object.keys(view.players).length ? names : Object.keys(view.players);
  const own = Math.max(0, all.indexOf(ownEntry(view)?.name ?? ''));
  return [...all.slice(own), ...all.slice(0, own)];
}

/** Whose decision the game waits for. */
export function awaitedIn(view: GameView): readonly string[] {
  switch (view.phase) {
    case 'preparation':
      return view.phase_data.weak_players_awaiting ?? [];
    case 'declaration':
      return view.phase_data.current_declarer === null ? [] : [view.phase_data.current_declarer];
    case 'turn':
      return view.phase_data.current_player === null ? [] : [view.phase_data.current_player];
    case 'round_start':
    case 'turn_results':
    case 'scoring':
    case 'game_over':
      return [];
  }
}

/** A score with a real minus sign. */
export function plain(score: number): string {
  return String(score).replace('-', '−');
}
