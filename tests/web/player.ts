// A player who only knows what the page shows and says: finds things by role and name, as people with a screen reader do.

import type { BrowserContext, Locator, Page } from 'playwright-core';

/** Opens the lobby and says who one is. */
export async function arrive(context: BrowserContext, name: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto('/');
  await page.getByRole('textbox', { name: 'Your name' }).fill(name);
  return page;
}

/** Makes a room and waits for its seats; gives the room's code. */
export async function createRoom(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Create a room' }).click();
  await page.getByRole('button', { name: 'Add a bot to seat 2' }).waitFor();
  return roomOf(page);
}

/** The code in the page's address. */
export function roomOf(page: Page): string {
  const room = /\/(?:room|game)\/(\w+)/.exec(page.url())?.[1];
  if (room === undefined) throw new Error(`No room at ${page.url()}`);
  return room;
}

/** Takes a seat in a room by its code, from the lobby. */
export async function joinRoom(page: Page, room: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Code of a room' }).fill(room);
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await page.waitForURL(`**/room/${room}`);
}

export const startButton = (page: Page): Locator => page.getByRole('button', { name: 'Start the game' });
const numbers = (page: Page): Locator => page.getByRole('group', { name: 'Number of piles' });
const keepHand = (page: Page): Locator => page.getByRole('button', { name: 'Keep this hand' });
export const ownTurn = (page: Page): Locator => page.getByRole('heading', { name: /^Your turn/ });
export const replayLink = (page: Page): Locator => page.getByRole('link', { name: 'Watch the replay' });
export const hand = (page: Page): Locator => page.getByRole('group', { name: 'Your hand' }).getByRole('img');

export type Occasion = 'redeal' | 'declaration' | 'turn' | 'over';

/** Waits until there is something to do, or the game is over. */
export async function nextOccasion(page: Page): Promise<Occasion> {
  const places: Readonly<Record<Occasion, Locator>> = {
    redeal: keepHand(page),
    declaration: numbers(page),
    turn: ownTurn(page),
    over: replayLink(page),
  };
  const any = places.redeal.or(places.declaration).or(places.turn).or(places.over);
  await any.first().waitFor({ timeout: 60_000 });
  for (const occasion of ['over', 'turn', 'declaration', 'redeal'] as const)
    if (await places[occasion].isVisible()) return occasion;
  return nextOccasion(page);
}

/** Does what the occasion asks for, and waits until the page shows that it is done. */
export async function act(page: Page, occasion: Exclude<Occasion, 'over'>): Promise<void> {
  switch (occasion) {
    case 'redeal':
      await keepHand(page).click();
      await keepHand(page).waitFor({ state: 'hidden' });
      return;
    case 'declaration':
      await declare(page);
      return;
    case 'turn':
      await play(page);
  }
}

async function declare(page: Page): Promise<void> {
  // The first of these that is open: the rules may forbid one or two.
  const open = numbers(page).getByRole('button', { name: /^Declare [1-4]$/, disabled: false });
  await open.first().click();
  await numbers(page).waitFor({ state: 'hidden' });
}

/** Plays what the page suggests. */
async function play(page: Page): Promise<void> {
  const last = hand(page).nth((await hand(page).count()) - 1);
  await page.getByRole('button', { name: 'Hint' }).click();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await last.waitFor({ state: 'detached' });
}

/** Plays to the end of the game. `before` is told of each occasion before it is taken. */
export async function playToEnd(page: Page, before?: (occasion: Occasion) => Promise<void>): Promise<void> {
  for (;;) {
    const occasion = await nextOccasion(page);
    await before?.(occasion);
    if (occasion === 'over') return;
    await act(page, occasion);
  }
}
