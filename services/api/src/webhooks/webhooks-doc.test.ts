import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { eventKinds } from '@plaza/protocol';
import { temporaryFolder } from '@plaza/testkit';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/webhooks.md'), 'utf8');
type Check = (header: string, body: string, secrets: readonly string[], nowSeconds?: number) => boolean;

async function sample(): Promise<Check> {
  const [, code = ''] = /```js\n(.*?)```/s.exec(page) ?? [];
  const file = join(temporaryFolder(), 'sample.mjs');
  writeFileSync(file, code);
  return ((await import(pathToFileURL(file).href)) as { isFromPlaza: Check }).isFromPlaza;
}

test('the sample of the page takes what Plaza signs, and nothing else', async () => {
  const isFromPlaza = await sample();
  const [body, at] = ['{"room":"lobby","events":[{"text":"ä"}]}', 1_767_225_600];
  const v1 = (secret: string): string => `v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
  const header = `t=${at},${v1('new')},${v1('old')}`;
  for (const secrets of [['new'], ['old'], ['old', 'new'], ['other', 'old']])
    expect(isFromPlaza(header, body, secrets, at + 299)).toBe(true);
  expect(isFromPlaza(header, body, ['other'], at)).toBe(false);
  expect(isFromPlaza(header, body, [], at)).toBe(false);
  expect(isFromPlaza(header, `${body} `, ['new'], at)).toBe(false);
  expect(isFromPlaza(header.replace(String(at), String(at + 1)), body, ['new'], at)).toBe(false);
  for (const late of [-301, 301]) expect(isFromPlaza(header, body, ['new'], at + late)).toBe(false);
  for (const nonsense of ['', 'v1=', `t=${at}`, `t=,${v1('new')}`, `t=${at},v1=zz`])
    expect(isFromPlaza(nonsense, body, ['new'], at)).toBe(false);
});

test('the page names every kind of event, in their order', () => {
  const [, named = ''] = /^Kinds: (.*?)\.$/ms.exec(page) ?? [];
  expect([...named.matchAll(/`([a-z-]+)`/g)].map(([, kind]) => kind)).toEqual([...eventKinds]);
});
