// Which name this tab has in which room (a tab is a player), and the name last used in this browser.

const LAST_NAME = 'liap.name';
const seatKey = (room: string) => `liap.seat.${room}`;

export function seatIn(room: string): string | null {
  return sessionStorage.getItem(seatKey(room));
}

export function rememberSeat(room: string, name: string): void {
  sessionStorage.setItem(seatKey(room), name);
}

export function forgetSeat(room: string): void {
  sessionStorage.removeItem(seatKey(room));
}

export function lastName(): string {
  return localStorage.getItem(LAST_NAME) ?? '';
}

export function rememberName(name: string): void {
  localStorage.setItem(LAST_NAME, name);
}
