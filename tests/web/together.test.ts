// Four pages at one table: two tabs of one browser and two other browsers; one of them goes offline for 20 seconds.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import {
  act,
  arrive,
  createRoom,
  hand,
  joinRoom,
  nextOccasion,
  playToEnd,
  replayLink,
  startButton,
} from './player.ts';
import { describeInBrowser, inspect, openStage, visitor } from './stage.ts';
import type { Stage } from './stage.ts';

jest.setTimeout(150_000);

const OFFLINE_MS = 20_000;

describeInBrowser('four pages at one table', () => {
  let stage: Stage;
  let offlineContext: BrowserContext;
  let mishaps: readonly (readonly string[])[];
  let ann: Page;
  let bea: Page;
  let cid: Page;
  let dee: Page;
  let room: string;

  beforeAll(async () => {
    stage = await openStage({
      ...{ roundStartSeconds: 1, turnResultsSeconds: 0, scoringSeconds: 1, botThinkSeconds: 0 },
      ...{ moveSeconds: 120, graceSeconds: 3, maxRounds: 1 },
    });
    const [home, phone, office] = [await visitor(stage), await visitor(stage), await visitor(stage)];
    mishaps = [home.mishaps, phone.mishaps, office.mishaps];
    offlineContext = office.context;
    ann = await arrive(home.context, 'Ann');
    bea = await arrive(home.context, 'Bea');
    cid = await arrive(phone.context, 'Cid');
    dee = await arrive(office.context, 'Dee');
    await cid.setViewportSize({ width: 390, height: 844 });
  });
  afterAll(() => stage.close());

  /** Everybody moves until it is this player's turn. */
  async function playUntilTurnOf(page: Page): Promise<void> {
    const pages = [ann, bea, cid, dee];
    for (;;) {
      const occasions = pages.map(async (each) => ({ mover: each, occasion: await nextOccasion(each) }));
      const { mover, occasion } = await Promise.any(occasions);
      if (occasion === 'over') throw new Error('The game is over');
      if (mover === page && occasion === 'turn') return;
      await act(mover, occasion);
    }
  }

  test('they meet in a room, by the list and by its code', async () => {
    room = await createRoom(ann);
    await inspectLobbyOf(bea);
    await bea.getByRole('button', { name: `Join room ${room}` }).click();
    await joinRoom(cid, room);
    await joinRoom(dee, room);
    for (const name of ['Ann', 'Bea', 'Cid', 'Dee'])
      await ann.getByText(name, { exact: true }).first().waitFor();
    await startButton(ann).click();
    await playUntilTurnOf(dee);
  });

  const inspectLobbyOf = async (page: Page) => {
    await page.getByText('1 of 4 seats taken').waitFor();
    await inspect(page, 'lobby-with-rooms');
  };

  test('one that is offline for 20 seconds says so, has its seat kept by a bot, and gets it back', async () => {
    const last = hand(dee).nth((await hand(dee).count()) - 1);
    await offlineContext.setOffline(true);
    await dee.getByText(/^The connection is lost/).waitFor();
    await inspect(dee, 'offline');
    await ann.getByText('Away, a bot plays').waitFor();
    await sleep(OFFLINE_MS);
    await offlineContext.setOffline(false);
    await dee.getByText(/^The connection is lost/).waitFor({ state: 'hidden' });
    await ann.getByText('Away, a bot plays').waitFor({ state: 'hidden' });
    // The bot has made the move that was awaited.
    await last.waitFor({ state: 'detached' });
  });

  test('all of them play on to the end and see the same result', async () => {
    const pages = [ann, bea, cid, dee];
    await Promise.all(pages.map((page) => playToEnd(page)));
    const results = await Promise.all(
      pages.map((page) => page.getByRole('list', { name: 'Rank' }).getByRole('listitem').allTextContents()),
    );
    expect(new Set(results.map((each) => each.join('\n'))).size).toBe(1);
    expect(results[0]).toHaveLength(4);
  });

  test('each of them may watch the replay', async () => {
    for (const page of [bea, dee]) {
      await replayLink(page).click();
      await page
        .getByText('Passed: the one deal is fair.')
        .or(page.getByText(/^Passed: all \d+ deals are fair\.$/))
        .waitFor();
    }
  });

  test('nothing has gone wrong in any page meanwhile', () => {
    expect(mishaps.flat()).toEqual([]);
  });
});
