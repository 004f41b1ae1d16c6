// Numbers, times and stretches of time as the operator's page writes them.

const NUMBER = new Intl.NumberFormat('en');
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

export function number(value: number): string {
  return NUMBER.format(value);
}

/** An amount of whatever is billed: whole when it is large, with a fraction when it is small. */
export function amount(value: number): string {
  return NUMBER.format(value >= 100 ? Math.round(value) : Math.round(value * 10) / 10);
}

/** What a game costs is far below a cent: `$0.007512`. */
export function dollars(value: number): string {
  return `$${value.toFixed(6)}`;
}

/** Milliseconds, in seconds once there are many: `0.8 ms`, `12 ms`, `1.3 s`; null is not known. */
export function ms(value: number | null): string {
  if (value === null) return '–';
  if (value >= 1_000) return `${NUMBER.format(Math.round(value / 100) / 10)} s`;
  return `${NUMBER.format(value < 10 ? Math.round(value * 10) / 10 : Math.round(value))} ms`;
}

/** A stretch of time in its two largest units: `45 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3_600),
    Math.floor(whole / 60),
  ];
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  if (minutes > 0) return `${minutes} min ${whole % 60} s`;
  return `${whole} s`;
}

/** The time of day of an epoch ms. */
export function clock(at: number): string {
  return CLOCK.format(at);
}
export function dateTime(at: number): string {
  return DATE.format(at);
}

/** `state_machine` as people write it: `State machine`. */
export function words(name: string): string {
  const spaced = name.replaceAll('_', ' ').replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1).toLowerCase();
}
