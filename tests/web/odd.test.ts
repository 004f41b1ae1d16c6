// Browsers that refuse what is optional, parts that do not load, names that mean something to JavaScript, frames nobody expects.

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { act, arrive, createRoom, nextOccasion, ownTurn, startButton } from './player.ts';
import { describeInBrowser, openStage, visitor } from './stage.ts';
import type { Stage } from './stage.ts';

jest.setTimeout(150_000);

describeInBrowser('an odd visitor', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ roundStartSeconds: 0, turnResultsSeconds: 1, botThinkSeconds: 0 });
  });
  afterAll(() => stage.close());

  test('called "constructor", without any storage, plays a declaration and a turn like everybody else', async () => {
    const { context, mishaps } = await visitor(stage);
    await context.addInitScript(() => {
      for (const kind of ['localStorage', 'sessionStorage'])
        Object.defineProperty(globalThis, kind, {
          get() {
            throw new DOMException('Access is denied for this document.', 'SecurityError');
          },
        });
    });
    const page = await arrive(context, 'constructor');
    await createRoom(page);
    for (const seat of [2, 3, 4])
      await page.getByRole('button', { name: `Add a bot to seat ${seat}` }).click();
    await startButton(page).click();
    for (;;) {
      const occasion = await nextOccasion(page);
      if (occasion === 'over') throw new Error('The game is over');
      if (occasion === 'turn') await ownTurn(page).waitFor();
      await act(page, occasion);
      if (occasion === 'turn') break;
    }
    const table = page.getByRole('region', { name: 'Table' });
    expect(await table.getByText('constructor').count()).toBe(1);
    expect(mishaps).toEqual([]);
    await context.close();
  });

  test('whose network loses a part of the page is told, and gets it when trying again', async () => {
    const { context, mishaps } = await visitor(stage);
    const page = await context.newPage();
    const part = /\/part-rules-[^/]+\.js$/;
    await page.route(part, (route) => route.abort());
    await page.goto('/rules');
    await page.getByText('This part of the page did not load.').waitFor();
    await page.unroute(part);
    // The browser may remember that it failed: the second time the button loads the page anew.
    await page.getByRole('button', { name: 'Try again' }).click();
    const scoring = page.getByRole('heading', { name: 'Scoring' });
    const again = page.getByRole('button', { name: 'Try again' });
    await scoring.or(again).first().waitFor();
    if (!(await scoring.isVisible())) await again.click();
    await scoring.waitFor();
    expect(mishaps).toEqual([]);
    await context.close();
  });

  test('who is sent a frame that no view can show has ways on', async () => {
    const { context } = await visitor(stage);
    const page = await context.newPage();
    await page.routeWebSocket(/\/ws\/lobby/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((message) => {
        const frame = JSON.parse(String(message)) as { event: string; data: object };
        if (frame.event === 'room_list_update') Object.assign(frame.data, { rooms: [null] });
        socket.send(JSON.stringify(frame));
      });
    });
    await page.goto('/');
    await page.getByText(/^Something went wrong while showing this page/).waitFor();
    await page.unrouteAll();
    await page.goto('/rules');
    await page.getByRole('heading', { name: 'Scoring' }).waitFor();
    await context.close();
  });
});
