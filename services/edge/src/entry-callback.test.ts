import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, FakeClock, quietLogger } from '@plaza/testkit';
import { describeEntryCallback, entry } from './entry-callback.contract.js';
import { HttpEntryCallback, type EntryCallbackSettings } from './entry-callback.http.js';
import type { EntryVerdict } from './entry-callback.js';
import { MemoryEntryCallback } from './entry-callback.memory.js';
import { Endpoint } from './entry-endpoint.fixture.js';

const secret = 'a secret of the tests, long enough';

describeEntryCallback('memory', () => {
  const callback = new MemoryEntryCallback(() => ({ kind: 'unavailable' }));
  const say = (verdict: EntryVerdict): void => {
    callback.say = () => verdict;
  };
  return Promise.resolve({ callback, asked: callback.asked, say, close: () => undefined });
});

describeEntryCallback('http', async () => {
  const endpoint = new Endpoint();
  const settings = { url: await endpoint.start(), secret, deadlineMs: 2000, onFailure: 'deny', concurrency: 4 } as const;
  const callback = new HttpEntryCallback(settings, { clock: new FakeClock(), logger: quietLogger() });
  const say = (verdict: EntryVerdict): void => {
    if (verdict.kind === 'allow') endpoint.say({ allow: true, ...verdict.attributes });
    else if (verdict.kind === 'deny') endpoint.say({ allow: false, ...(verdict.reason === '' ? {} : { reason: verdict.reason }) });
    else endpoint.say({});
  };
  return { callback, asked: endpoint.asked, say, close: () => endpoint.stop() };
});

describe('over http', () => {
  let endpoint: Endpoint;
  let clock: FakeClock;
  let url: string;
  let callback: HttpEntryCallback;
  beforeEach(async () => {
    endpoint = new Endpoint();
    clock = new FakeClock();
    url = await endpoint.start();
    set();
  });
  afterEach(() => endpoint.stop());

  function set(settings: Partial<EntryCallbackSettings> = {}): void {
    const usual = { url, secret, deadlineMs: 2000, onFailure: 'deny', concurrency: 10 } as const;
    callback = new HttpEntryCallback({ ...usual, ...settings }, { clock, logger: quietLogger() });
  }
  const kind = async (account = 'ann', room = 'lobby'): Promise<string> => (await callback.ask(entry({ account, room }))).kind;
  const fail = (response: ServerResponse): void => void response.writeHead(500).end();

  test('a question is signed with its time', async () => {
    await kind();
    const [{ signature, body, type }] = endpoint.requests as [(typeof endpoint.requests)[number]];
    const seconds = Math.floor(clock.now() / 1000);
    const right = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
    expect([signature, type]).toEqual([`t=${seconds},v1=${right}`, 'application/json']);
  });

  test.each<[string, unknown]>([
    ['no verdict', {}],
    ['a verdict that is text', { allow: 'true' }],
    ['a list', []],
    ['null', null],
    ['a reason that is a number', { allow: false, reason: 7 }],
    ['a cache time that is text', { allow: true, cacheSeconds: '60' }],
    ['a cache time below zero', { allow: true, cacheSeconds: -1 }],
    ['a nickname of 65 characters', { allow: true, nickname: 'x'.repeat(65) }],
    ['eleven tags', { allow: true, tags: Array.from({ length: 11 }, String) }],
    ['a tag of 33 characters', { allow: true, tags: ['x'.repeat(33)] }],
    ['a role that nobody is given', { allow: true, role: 'creator' }],
    ['a label without a level', { allow: true, labels: [{ name: 'fan' }] }],
  ])('an answer with %s is none', async (_name, answer) => {
    endpoint.say(answer);
    expect(await kind()).toBe('unavailable');
  });

  test('an answer at its limits is taken; a long reason is cut', async () => {
    const attributes = { nickname: 'Ω'.repeat(64), tags: Array.from({ length: 10 }, (_, i) => 'x'.repeat(31) + String(i)) };
    endpoint.say({ allow: true, ...attributes, more: 'to come' });
    expect(await callback.ask(entry())).toEqual({ kind: 'allow', attributes });
    endpoint.say({ allow: false, reason: 'Ω'.repeat(300) });
    expect(await callback.ask(entry())).toEqual({ kind: 'deny', reason: 'Ω'.repeat(256) });
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['fails', fail],
    ['is no JSON', (response) => void response.end('<html>')],
    ['is too large', (response) => void response.end(JSON.stringify({ allow: true, more: 'x'.repeat(16 * 1024) }))],
    ['leads elsewhere', (response) => void response.writeHead(307, { location: '/other' }).end()],
    ['breaks off', (response) => void response.destroy()],
    ['never comes', () => undefined],
  ])('where the answer %s, the setting says who enters', async (_name, answer) => {
    endpoint.answer = answer;
    set({ deadlineMs: 100 });
    expect(await kind()).toBe('unavailable');
    set({ deadlineMs: 100, onFailure: 'allow' });
    expect(await callback.ask(entry())).toEqual({ kind: 'allow', attributes: {} });
  });

  test('a no stays a no where failures mean yes', async () => {
    set({ onFailure: 'allow' });
    endpoint.say({ allow: false });
    expect(await kind()).toBe('deny');
  });

  test('an answer is kept as long as it says, for its account and room', async () => {
    endpoint.say({ allow: false, reason: 'no', cacheSeconds: 60 });
    for (let i = 0; i < 3; i++) expect(await kind()).toBe('deny');
    expect(endpoint.asked.length).toBe(1);
    endpoint.say({ allow: true });
    expect([await kind('bob'), await kind('ann', 'other')]).toEqual(['allow', 'allow']);
    clock.advance(59_999);
    expect(await kind()).toBe('deny');
    clock.advance(1);
    expect([await kind(), endpoint.asked.length]).toEqual(['allow', 4]);
  });

  test('answers are kept for an hour at most, failures not at all', async () => {
    endpoint.answer = fail;
    expect(await kind()).toBe('unavailable');
    endpoint.say({ allow: true, cacheSeconds: 1e9 });
    expect(await kind()).toBe('allow');
    endpoint.say({ allow: false });
    clock.advance(3_599_999);
    expect(await kind()).toBe('allow');
    clock.advance(1);
    expect(await kind()).toBe('deny');
  });

  test('after five failures in a row it is left alone; then one question tries', async () => {
    endpoint.answer = fail;
    for (let i = 0; i < 8; i++) expect(await kind()).toBe('unavailable');
    expect(endpoint.asked.length).toBe(5);
    clock.advance(5000);
    expect([await kind(), await kind(), endpoint.asked.length]).toEqual(['unavailable', 'unavailable', 6]);
    endpoint.say({ allow: true });
    clock.advance(5000);
    expect([await kind(), await kind(), endpoint.asked.length]).toEqual(['allow', 'allow', 8]);
  });

  test('so many are asked at once; the others wait, for as long as an answer may take', async () => {
    set({ concurrency: 2 });
    const held: ServerResponse[] = [];
    endpoint.answer = (response) => void held.push(response);
    const all = ['a', 'b', 'c', 'd'].map((account) => kind(account));
    await eventually(() => expect(held.length).toBe(2));
    held[0]!.end('{"allow":true}');
    await eventually(() => expect(endpoint.asked.map(({ account }) => account).sort()).toEqual(['a', 'b', 'c']));
    clock.advance(2000);
    expect(await all[3]).toBe('unavailable');
    for (const response of held.slice(1)) response.end('{"allow":false}');
    expect((await Promise.all(all)).sort()).toEqual(['allow', 'deny', 'deny', 'unavailable']);
    endpoint.say({ allow: true });
    expect([await kind('e'), endpoint.asked.length]).toEqual(['allow', 4]);
  });
});
