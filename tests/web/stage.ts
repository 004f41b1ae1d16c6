// What every test in a browser needs: the local cloud on a free port, a Chromium, and eyes for a page.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect } from '@jest/globals';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Settings } from '../../src/room/room.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Where the pictures go; git ignores it. */
const PICTURES = join(ROOT, '.liap/screenshots');
export const ADMIN_TOKEN = 'token-of-the-test';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** The browser of `CHROMIUM`, else the first on the PATH. */
function findChromium(): string | undefined {
  const { CHROMIUM, PATH = '' } = process.env;
  if (CHROMIUM !== undefined && CHROMIUM !== '') return CHROMIUM;
  return PATH.split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

const executablePath = findChromium();
if (executablePath === undefined)
  process.stderr.write('No Chromium on the PATH or in CHROMIUM: the tests in a browser are skipped.\n');

/** `describe`, where there is a browser. */
export const describeInBrowser = executablePath === undefined ? describe.skip : describe;

export interface Stage {
  readonly url: string;
  readonly browser: Browser;
  readonly close: () => Promise<void>;
}

/** Starts a local cloud of its own, kept nowhere, and a browser. */
export async function openStage(settings: Partial<Settings>): Promise<Stage> {
  const [cloud, browser] = await Promise.all([
    startCloud(settings),
    chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      // Four tabs of one window are four players, whichever is in front.
      args: ['--disable-background-timer-throttling', '--disable-renderer-backgrounding'],
    }),
  ]);
  const close = async () => {
    await browser.close();
    await cloud.stop();
  };
  return { url: cloud.url, browser, close };
}

async function startCloud(settings: Partial<Settings>) {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/local/start.ts'), '--memory'], {
    env: { ...process.env, PORT: '0', ADMIN_TOKEN, GAME_SETTINGS: JSON.stringify(settings) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, 'close');
  for (;;) {
    const url = /ready at (http:\S+)/.exec(out)?.[1];
    if (url !== undefined) {
      const stop = async () => {
        child.kill('SIGTERM');
        await ended;
      };
      return { url, stop };
    }
    if (child.exitCode !== null) throw new Error(`npm start ended: ${err}`);
    await sleep(50);
  }
}

/** A visitor: a browser profile of its own, in English and without motion, that fails loudly when a page does. */
export async function visitor({
  browser,
  url,
}: Stage): Promise<{ context: BrowserContext; mishaps: string[] }> {
  const context = await browser.newContext({
    baseURL: url,
    locale: 'en-GB',
    reducedMotion: 'reduce',
    viewport: LOOKS.desktop.viewport,
  });
  context.setDefaultTimeout(20_000);
  const mishaps: string[] = [];
  context.on('weberror', (error) => mishaps.push(String(error.error())));
  return { context, mishaps };
}

/** The two ways every page is looked at. */
const LOOKS = {
  desktop: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
} as const;

/** Takes a picture of the page on desktop and phone, and lets axe look for what keeps people out in both. */
export async function inspect(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  for (const [look, { viewport, colorScheme }] of Object.entries(LOOKS)) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(PICTURES, `${name}-${look}.png`), fullPage: true });
    expect({ page: name, look, violations: await violationsOn(page) }).toEqual({
      page: name,
      look,
      violations: [],
    });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect({ page: name, look, overflow }).toEqual({ page: name, look, overflow: 0 });
  }
  await page.setViewportSize(LOOKS.desktop.viewport);
  await page.emulateMedia({ colorScheme: LOOKS.desktop.colorScheme });
}

/** What axe-core objects to, as `rule: element` lines. */
async function violationsOn(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: judge } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await judge.run(document, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  });
}
