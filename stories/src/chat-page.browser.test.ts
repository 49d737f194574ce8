import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { chromiumPath } from '@plaza/testkit/engines';
import { chromium, type Browser, type Page } from 'playwright-core';
import { inProcessWorld } from './world.in-process.js';
import type { World } from './world.js';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** What a person would see; kept for whoever looks after the run. */
const artefacts = 'artifacts';

let world: World;
let browser: Browser;
beforeAll(async () => {
  world = await inProcessWorld();
  browser = await chromium.launch({ executablePath: await chromiumPath(), args: flags });
}, 120_000);
afterAll(async () => {
  await browser.close();
  await world.stop();
}, 60_000);

/** A page of a person of its own: nothing is shared with the other's. */
async function openPage(room: string): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ viewport: { width: 900, height: 640 } });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${world.pageUrl}?room=${room}`);
  return { page, errors };
}

const say = async (page: Page, text: string): Promise<void> => {
  await page.getByRole('textbox').last().fill(text);
  await page.keyboard.press('Enter');
};

test('two pages in one room talk, see the count, and a third finds the conversation', async () => {
  const ada = await openPage('browser');
  const bob = await openPage('browser');
  await eventually(async () => expect(await ada.page.locator('body').innerText()).toMatch(/\b2\b/), { timeoutMs: 20_000 });
  await say(ada.page, 'hello from the first tab');
  await bob.page.getByText('hello from the first tab').waitFor({ timeout: 10_000 });
  await say(bob.page, 'and good evening from the second');
  await ada.page.getByText('and good evening from the second').waitFor({ timeout: 10_000 });
  const late = await openPage('browser');
  await late.page.getByText('hello from the first tab').waitFor({ timeout: 10_000 });
  mkdirSync(artefacts, { recursive: true });
  await ada.page.screenshot({ path: `${artefacts}/chat-page.png` });
  expect([...ada.errors, ...bob.errors, ...late.errors]).toEqual([]);
});
