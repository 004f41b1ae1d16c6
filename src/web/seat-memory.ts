// Which name this tab has in which room (a tab is a player), and the name last used in this browser.

import { browserShelf, tabShelf } from './storage.ts';

const LAST_NAME = 'liap.name';
const seatKey = (room: string) => `liap.seat.${room}`;

export function seatIn(room: string): string | null {
  return tabShelf.read(seatKey(room));
}

export function rememberSeat(room: string, name: string): void {
  tabShelf.write(seatKey(room), name);
}

export function forgetSeat(room: string): void {
  tabShelf.forget(seatKey(room));
}

export function lastName(): string {
  return browserShelf.read(LAST_NAME) ?? '';
}

export function rememberName(name: string): void {
  browserShelf.write(LAST_NAME, name);
}
