// One person and three bots: a whole game in the page, every page of it looked at, and its replay.

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import {
  act,
  arrive,
  createRoom,
  hand,
  nextOccasion,
  ownTurn,
  playToEnd,
  replayLink,
  startButton,
} from './player.ts';
import type { LeaderboardPage } from '../../src/protocol/http.ts';
import { ADMIN_TOKEN, describeInBrowser, inspect, openStage, visitor } from './stage.ts';
import type { Stage } from './stage.ts';

jest.setTimeout(150_000);

const ROUNDS = 2;

describeInBrowser('one person and three bots', () => {
  let stage: Stage;
  let context: BrowserContext;
  let mishaps: readonly string[];
  let page: Page;
  let room: string;

  beforeAll(async () => {
    stage = await openStage({
      ...{ roundStartSeconds: 1, turnResultsSeconds: 1, scoringSeconds: 2, botThinkSeconds: 0 },
      ...{ moveSeconds: 120, maxRounds: ROUNDS },
    });
    ({ context, mishaps } = await visitor(stage));
  });
  afterAll(() => stage.close());

  test('the rules can be read', async () => {
    page = await context.newPage();
    await page.goto('/rules');
    await page.getByRole('heading', { name: 'Scoring' }).waitFor();
    await inspect(page, 'rules');
    await page.close();
  });

  test('a room is made, and bots take its seats', async () => {
    page = await arrive(context, 'Ann');
    await page.getByText(/^No room is waiting/).waitFor();
    await inspect(page, 'lobby');
    room = await createRoom(page);
    for (const seat of [2, 3, 4])
      await page.getByRole('button', { name: `Add a bot to seat ${seat}` }).click();
    await page.getByText('Everybody is here.').waitFor();
    expect(await startButton(page).isEnabled()).toBe(true);
    await inspect(page, 'room');
  });

  test('a reload in the middle of a turn changes nothing', async () => {
    await startButton(page).click();
    let occasion = await nextOccasion(page);
    while (occasion !== 'turn') {
      if (occasion === 'over') throw new Error('The game is over');
      await inspect(page, occasion);
      await act(page, occasion);
      occasion = await nextOccasion(page);
    }
    await inspect(page, 'turn');
    const before = await hand(page).evaluateAll((tiles) =>
      tiles.map((tile) => tile.getAttribute('aria-label')),
    );
    await page.reload();
    await ownTurn(page).waitFor();
    const after = await hand(page).evaluateAll((tiles) =>
      tiles.map((tile) => tile.getAttribute('aria-label')),
    );
    expect(after).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
  });

  test('a move made offline is said to wait, and is made once the connection is back', async () => {
    const before = await hand(page).count();
    const last = hand(page).nth(before - 1);
    await context.setOffline(true);
    await page.getByText(/^The connection is lost/).waitFor();
    await page.getByRole('button', { name: 'Hint' }).click();
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.getByText('Will be sent when the connection is back').waitFor();
    await inspect(page, 'offline-move');
    await context.setOffline(false);
    await last.waitFor({ state: 'detached' });
  });

  test('the operator, with the token, sees the system, the rooms, and this one', async () => {
    const operator = await visitor(stage);
    const desk = await operator.context.newPage();
    await desk.goto('/admin');
    await desk.getByLabel('Token of this stage').fill('not-the-token');
    await desk.getByRole('button', { name: 'Log in' }).click();
    await desk.getByRole('alert').waitFor();
    await inspect(desk, 'operator-login');
    await desk.getByLabel('Token of this stage').fill(ADMIN_TOKEN);
    await desk.getByRole('button', { name: 'Log in' }).click();
    await desk.getByRole('heading', { name: 'Overview' }).waitFor();
    const health = desk.getByRole('region', { name: 'Health' });
    await health.getByText('OK').nth(3).waitFor();
    await desk
      .getByText(/^Loading the/)
      .first()
      .waitFor({ state: 'hidden' });
    await desk.getByRole('heading', { name: 'Games by outcome' }).waitFor();
    await desk.getByRole('table', { name: 'Games by day' }).getByRole('row').nth(14).waitFor();
    await inspect(desk, 'operator-overview');
    await desk.getByRole('link', { name: 'Rooms', exact: true }).click();
    await desk.getByRole('row', { name: /Ann, Bot 2, Bot 3, Bot 4/ }).waitFor();
    await inspect(desk, 'operator-rooms');
    await desk.getByRole('link', { name: room }).click();
    await desk.getByText(`${room}-1`).waitFor();
    const bill = desk.getByRole('region', { name: 'Bill' });
    await bill.getByText(/costs \$0\.00\d+ so far/).waitFor();
    await bill.getByRole('row', { name: /^Step Functions/ }).waitFor();
    await inspect(desk, 'operator-room');
    expect(await desk.evaluate(() => Object.keys(localStorage))).toEqual([]);
    expect(operator.mishaps).toEqual([]);
    await operator.context.close();
  });

  test('the game is played to its end', async () => {
    await playToEnd(page);
    await page.getByRole('list', { name: 'Rank' }).getByText('Ann').waitFor();
    expect(await page.getByRole('table', { name: 'Score sheet' }).getByRole('row').count()).toBe(ROUNDS + 2);
    await inspect(page, 'game-over');
  });

  test('what the game did to the rating is told once it is known', async () => {
    const told = page.getByRole('status').filter({ hasText: 'Your rating' });
    await told.getByText(/^[+−±]\d+$/).waitFor();
    await inspect(page, 'game-over-rated');
  });

  test('the leaderboard shows the own games, and the best players page by page', async () => {
    const board = await context.newPage();
    await board.goto('/');
    await board.getByRole('link', { name: 'Leaderboard' }).click();
    await board.getByText(/^Nobody is ranked yet/).waitFor();
    const own = board.getByRole('region', { name: 'Your games' });
    await own.getByText(/^Place \d/).waitFor();
    await own.getByText('You will be ranked after 4 more rated games.').waitFor();
    await inspect(board, 'leaderboard-first-game');

    // Nobody gets far enough in one game: the rows are made up, the page is not.
    await board.route('**/api/leaderboard*', (route) => {
      const isFirst = !route.request().url().includes('cursor');
      return route.fulfill({ json: isFirst ? rankingOf(1, 20, 'more') : rankingOf(21, 5, null) });
    });
    await board.reload();
    const rows = board.getByRole('table', { name: 'Best players' }).getByRole('row');
    await rows.nth(20).waitFor();
    await inspect(board, 'leaderboard');
    await board.getByRole('button', { name: 'More' }).click();
    await rows.nth(25).waitFor();
    expect(await rows.count()).toBe(26);
    expect(await board.getByRole('button', { name: 'More' }).count()).toBe(0);

    await board.unroute('**/api/leaderboard*');
    await board.route('**/api/leaderboard*', (route) => route.abort());
    await board.reload();
    await board.getByText('The leaderboard cannot be loaded now.').waitFor();
    await board.getByRole('button', { name: 'Try again' }).waitFor();
    await board.getByRole('button', { name: 'Menu' }).click();
    await board.getByRole('radio', { name: 'ไทย' }).check();
    await board.getByRole('heading', { name: 'เกมของคุณ' }).waitFor();
    await board.getByRole('radio', { name: 'English' }).check();
    await board.close();
  });

  test('its replay shows every hand, can be stepped through, and finds every deal fair', async () => {
    await replayLink(page).click();
    await page.getByRole('heading', { name: `Replay of room ${room}` }).waitFor();
    await page.getByText(/^Passed: all \d+ deals are fair\.$/).waitFor();
    await page.getByText('Passed: every move, turn and score follows from the ones before.').waitFor();
    expect(await page.getByRole('cell', { name: 'Failed' }).count()).toBe(0);

    const lanes = page.getByRole('list', { name: 'The table' }).getByRole('listitem');
    expect(await lanes.count()).toBe(4);
    for (let seat = 0; seat < 4; seat += 1)
      expect(
        await lanes
          .nth(seat)
          .getByRole('group', { name: /^Hand of/ })
          .getByRole('img')
          .count(),
      ).toBe(8);

    const place = page.getByText(/^Step \d+ of \d+$/);
    await page.keyboard.press('ArrowRight');
    expect(await place.textContent()).toMatch(/^Step 2 of/);
    await page.keyboard.press('ArrowLeft');
    expect(await place.textContent()).toMatch(/^Step 1 of/);
    await page.keyboard.press('Shift+ArrowRight');
    await page.getByText(/ plays: /).waitFor();
    await inspect(page, 'replay');

    await page.getByRole('button', { name: 'Round 2' }).click();
    await page.getByText(/^Round 2 is dealt/).waitFor();
    await page.getByRole('combobox', { name: 'Speed' }).selectOption({ label: '4×' });
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.getByText(/ declares \d/).waitFor();
    await page.keyboard.press('End');
    await page.getByText(/^The game is over\. .+ won\.$/).waitFor();
    expect(await page.getByRole('slider').getAttribute('aria-valuetext')).toMatch(/^The game is over/);
  });

  test('its events can be saved, and the file replayed without the server’s log', async () => {
    const saving = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Save the events' }).click();
    const file = await (await saving).path();
    await page.goto('/replay');
    await inspect(page, 'replay-open');
    await page.getByLabel('Choose an events file').setInputFiles(file);
    await page.getByText(/^Passed: all \d+ deals are fair\.$/).waitFor();

    const spoilt = (await readFile(file, 'utf8')).replace(
      /"seed":"[0-9a-f]/,
      (start) => `${start.slice(0, -1)}x`,
    );
    await page.goto('/replay');
    await page
      .getByLabel('Choose an events file')
      .setInputFiles({ name: 'spoilt.json', mimeType: 'application/json', buffer: Buffer.from(spoilt) });
    await page.getByText(/^Failed: 1 of \d+ deals/).waitFor();
    await page.getByText(/^Failed: event \d+ does not follow/).waitFor();
  });

  test('a stranger is told that this game is not theirs, and that other things are no game', async () => {
    const stranger = await visitor(stage);
    const theirs = await stranger.context.newPage();
    await theirs.goto(`/replay/${room}`);
    await theirs
      .getByRole('alert')
      .getByText(/^Only who sat at this table/)
      .waitFor();
    await theirs.goto('/replay/NOSUCH');
    await theirs
      .getByRole('alert')
      .getByText(/^There is no such room/)
      .waitFor();
    await theirs
      .getByLabel('Choose an events file')
      .setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
    await theirs.getByRole('alert').getByText('That is not the events file of a room.').waitFor();
    await inspect(theirs, 'replay-problem');
    expect(stranger.mishaps).toEqual([]);
    await stranger.context.close();
  });

  test('nothing has gone wrong in the page meanwhile', () => {
    expect(mishaps).toEqual([]);
  });
});

/** A page of so many made-up players from a place on. */
function rankingOf(first: number, count: number, next: string | null): LeaderboardPage {
  const players = Array.from({ length: count }, (_, index) => ({
    place: first + index,
    handle: `HANDL${String.fromCharCode(65 + ((first + index) % 26))}`,
    name: index === 1 ? 'Somebody with a name that is as long as names may be' : `Player ${first + index}`,
    rating: 2_000 - 10 * (first + index),
    games: 50,
    wins: 12,
    average_score: index === 2 ? -4.5 : 31.5,
    best_score: 61,
  }));
  return { players, next, ranked_after: 5, timestamp: Date.now() / 1_000 };
}
