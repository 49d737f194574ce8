import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { chromiumPath } from '@plaza/testkit/engines';
import { chromium, type Browser, type Page } from 'playwright-core';
import { inProcessWorld } from './world.in-process.js';
import { Backend, type World } from './world.js';

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

test('hearts are counted, a new name is told, a pinned message stands above, who is muted is shown, and what is taken back goes', async () => {
  const [ada, bob] = [await openPage('marks'), await openPage('marks')];
  const backend = new Backend(world);
  const ok = async (method: string, path: string, body?: unknown) => {
    const answer = await backend.ask(method, `/v1/rooms/marks${path}`, body);
    expect([answer.status, answer.json]).toEqual([200, expect.anything()]);
    return answer.json;
  };
  await say(ada.page, 'keep this');
  await say(ada.page, 'not this');
  await bob.page.getByText('not this').waitFor({ timeout: 10_000 });
  for (let i = 0; i < 3; i++) await ada.page.getByTestId('heart').click();
  for (const { page } of [ada, bob])
    await eventually(async () => expect(await page.getByTestId('hearts').innerText()).toBe('3'), { timeoutMs: 10_000 });
  await ada.page.getByTestId('own-name').click();
  await ada.page.getByTestId('own-name-input').fill('Ada Byron');
  await ada.page.keyboard.press('Enter');
  await bob.page.getByText('is called Ada Byron now').waitFor({ timeout: 10_000 });
  const { events } = (await ok('GET', '/messages')) as { events: { position: string; message: { account: string } }[] };
  const [kept, taken] = events;
  const account = kept!.message.account;
  await ok('PUT', '/pin', { messageId: kept!.position });
  await ok('POST', '/messages/recall', { messageId: taken!.position });
  await ok('PUT', `/members/${account}/role`, { role: 'regular' });
  await ok('PUT', `/members/${account}/mute`, {});
  await bob.page.getByTestId('pinned').getByText('keep this').waitFor({ timeout: 10_000 });
  await bob.page.getByText('not this').waitFor({ state: 'detached', timeout: 10_000 });
  await bob.page.getByTestId('muted').waitFor({ timeout: 10_000 });
  await ada.page.getByPlaceholder('You are muted').waitFor({ timeout: 10_000 });
  const late = await openPage('marks');
  await late.page.getByTestId('pinned').getByText('keep this').waitFor({ timeout: 10_000 });
  expect(await late.page.getByText('not this').count()).toBe(0);
  await bob.page.screenshot({ path: `${artefacts}/chat-page-marks.png` });
  expect([...ada.errors, ...bob.errors, ...late.errors]).toEqual([]);
});
