// How commands read what follows their flags; what is wrong is said by commander, and nothing runs.

import { InvalidArgumentError } from 'commander';

/** As many games, frames or seeds as anybody will ask for. */
export const MOST = 999_999_999;

/** Reads a whole number within bounds, written in digits. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

/** Reads the address of an entry: an absolute URL of http or https. */
export function webUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('Give a URL that begins with http:// or https://.');
}
