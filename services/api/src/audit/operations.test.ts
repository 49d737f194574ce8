import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryFolder } from '@plaza/testkit';
import { startScriptedApi, type ScriptedApi } from '../../test/scripted-api.js';
import { act, first, following } from './audit.fixture.js';
import { MemoryAudit } from './audit.memory.js';
import type { AuditedAct, AuditEntry } from './entry.js';

const minuteMs = 60_000;
/** An hour ago, to the second. */
const t0 = Math.floor(Date.now() / 1000) * 1000 - 60 * minuteMs;
const at = (minute: number, more: Partial<AuditedAct> = {}): AuditedAct => act(minute, { timeMs: t0 + minute * minuteMs, ...more });

let plaza: ScriptedApi;
beforeAll(async () => {
  plaza = await startScriptedApi();
});
afterAll(() => plaza.stop());

/** Two chains of many rooms, written anew. */
beforeEach(async () => {
  const { heads, chains, anchors } = plaza.audit;
  for (const map of [heads, chains, anchors]) map.clear();
  await write(0, [at(1, { room: 'a' }), at(3, { room: 'b', act: 'muted' }), at(5, { room: 'a', targets: ['bob'], operator: 'ann' })]);
  await write(1, [
    at(2, { room: 'a', operator: '', apiKey: 'root-0', reason: '"é"\n' }),
    at(4, { room: 'accounts:', act: 'account-restricted', targets: ['bob'] }),
    ...Array.from({ length: 700 }, (_, i) => at(6, { room: 'busy', act: 'queue-changed', position: String(i + 1), targets: [] })),
  ]);
});

async function write(chain: number, acts: readonly AuditedAct[]): Promise<void> {
  const { entries, to } = following(chain, first, acts);
  await new MemoryAudit(plaza.audit).append(chain, first, entries, to);
}

interface Page {
  readonly entries: AuditEntry[];
  readonly next: string;
}
async function page(query: string): Promise<Page> {
  const { status, json } = await plaza.ask('GET', `/v1/audit?${query}`);
  if (status !== 200) throw new Error(JSON.stringify(json));
  return json as unknown as Page;
}
async function pages(query: string): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  for (let token = ''; ;) {
    const { entries, next } = await page(`${query}&pageToken=${token}`);
    found.push(...entries);
    if (next === '') return found;
    token = next;
  }
}
const minutes = (entries: readonly AuditEntry[]): number[] => entries.map(({ timeMs }) => (timeMs - t0) / minuteMs);

describe('a query', () => {
  test.each([
    ['room=a', [5, 2, 1]],
    ['account=bob', [5, 4]],
    ['account=ann&room=a', [5, 2, 1]],
    ['account=ann&act=muted', [3]],
    ['room=a&act=muted', []],
    ['act=account-restricted', [4]],
    ['room=accounts:', [4]],
    [`room=a&fromMs=${t0 + 2 * minuteMs}&toMs=${t0 + 5 * minuteMs}`, [2]],
    [`toMs=${t0 + 6 * minuteMs}`, [5, 4, 3, 2, 1]],
    [`fromMs=${t0 + 9 * minuteMs}`, []],
  ])('%s', async (query, expected) => {
    for (const limit of [1, 2, 50]) expect(minutes(await pages(`${query}&limit=${limit}`))).toEqual(expected);
  });

  test('of everything is newest first, each entry once, over all chains', async () => {
    const found = await pages('limit=200');
    expect(found).toHaveLength(705);
    expect(new Set(found.map(({ hash }) => hash)).size).toBe(705);
    expect(minutes(found.slice(-5))).toEqual([5, 4, 3, 2, 1]);
  });

  test('shows an entry as it is kept', async () => {
    const { entries } = await page('room=a&account=ann&limit=3');
    const kept = [...plaza.audit.chains.get(1)!.values()][0];
    expect(entries[1]).toEqual(kept);
    expect(kept).toMatchObject({ apiKey: 'root-0', reason: '"é"\n' });
  });

  test.each(['room=a/b', 'account=%20', 'act=eaten', 'fromMs=-1', 'limit=0', 'limit=201', 'pageToken=1.2', 'pageToken=x', 'sort=up'])(
    '%s is refused',
    async (query) => expect(await plaza.ask('GET', `/v1/audit?${query}`)).toMatchObject({ status: 400, json: { code: 'bad-request' } }),
  );
});

describe('an export', () => {
  const lines = async (query: string): Promise<AuditEntry[]> => {
    const { status, text, headers } = await plaza.ask('GET', `/v1/audit/export?${query}`);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as AuditEntry]));
  };

  test('has every entry, chain after chain, by number', async () => {
    const exported = await lines('');
    expect(exported.map(({ chain, number }) => [chain, number])).toEqual([
      ...[1, 2, 3].map((number) => [0, number]),
      ...Array.from({ length: 702 }, (_, i) => [1, i + 1]),
    ]);
    expect(await lines('chain=0')).toEqual(exported.slice(0, 3));
    expect(await lines('chain=9')).toEqual([]);
  });

  test('of a time is whole stretches, with what stands between though its clock was another', async () => {
    await new MemoryAudit(plaza.audit).head(0).then(async (head) => {
      const { entries, to } = following(0, head, [at(55), at(8), at(56)]);
      await new MemoryAudit(plaza.audit).append(0, head, entries, to);
    });
    expect((await lines(`fromMs=${t0 + 55 * minuteMs}`)).map(({ number }) => number)).toEqual([4, 5, 6]);
    expect((await lines(`fromMs=${t0 + 3 * minuteMs}&toMs=${t0 + 5 * minuteMs}`)).map(({ chain, number }) => [chain, number])).toEqual([
      [0, 2],
      [1, 2],
    ]);
    expect(await lines(`fromMs=${t0 + 57 * minuteMs}`)).toEqual([]);
  });
});

describe('docs/audit.md', () => {
  const folder = temporaryFolder();
  const guide = readFileSync(new URL('../../../../docs/audit.md', import.meta.url), 'utf8');
  const script = /```js\n([\s\S]*?)```/.exec(guide)![1]!;
  writeFileSync(join(folder, 'verify.mjs'), script);
  const verify = (text: string): Promise<{ code: number; said: string }> =>
    new Promise((resolve) => {
      const child = execFile(process.execPath, [join(folder, 'verify.mjs')], (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), said: `${stdout}${stderr}` }),
      );
      // It stops reading where it finds something.
      child.stdin!.on('error', () => undefined).end(text);
    });

  test('has a verifier of twenty lines that needs nothing of Plaza, and finds an export right', async () => {
    expect(script.trim().split('\n').length).toBeLessThanOrEqual(20);
    expect(script).not.toContain('plaza');
    const { text } = await plaza.ask('GET', '/v1/audit/export');
    const { code, said } = await verify(text);
    expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('chain 1: 702 entries') });
    expect(said).toContain(plaza.audit.heads.get(1)!.hash);
  });

  test.each<[string, (lines: string[]) => string[]]>([
    ['a changed word', (lines) => lines.map((line) => line.replace('"reason":"', '"reason":"not '))],
    ['a missing line', (lines) => lines.toSpliced(9, 1)],
    ['two lines that were swapped', (lines) => [...lines.slice(0, 8), lines[9]!, lines[8]!, ...lines.slice(10)]],
    ['a line that comes again', (lines) => lines.toSpliced(9, 0, lines[8]!)],
  ])('its verifier finds %s', async (_, tamper) => {
    const { text } = await plaza.ask('GET', '/v1/audit/export?chain=1');
    const { code, said } = await verify(`${tamper(text.trim().split('\n')).join('\n')}\n`);
    expect({ code, said }).toMatchObject({ code: 1, said: expect.stringMatching(/chain 1: number \d+/) });
  });
});

describe('verifying', () => {
  test('by the API, whole or in pieces', async () => {
    const { hash, number } = plaza.audit.heads.get(1)!;
    const whole = await plaza.ask('GET', '/v1/audit/chains/1/verify');
    expect(whole.json).toEqual({
      ok: true,
      chain: 1,
      from: { number: 0, hash: first.hash },
      count: 702,
      to: { number, hash },
      more: false,
    });
    const { json } = await plaza.ask('GET', '/v1/audit/chains/1/verify?limit=300');
    expect(json).toMatchObject({ ok: true, count: 300, more: true, to: { number: 300 } });
    const { to } = json as { to: { number: number; hash: string } };
    const rest = await plaza.ask('GET', `/v1/audit/chains/1/verify?number=${to.number}&hash=${to.hash}`);
    expect(rest.json).toMatchObject({ ok: true, count: 402, more: false, to: { number, hash } });
    expect((await plaza.ask('GET', '/v1/audit/chains')).json).toMatchObject({
      chains: [
        { chain: 0, head: { number: 3, sequence: 5 }, anchor: { number: 0 } },
        { chain: 1, head: { number, hash, sequence: 6 }, anchor: { number: 0 } },
      ],
    });
    const beyond = await plaza.ask('GET', `/v1/audit/chains/1/verify?number=${Number.MAX_SAFE_INTEGER}&hash=${hash}`);
    expect(beyond).toMatchObject({ status: 200, json: { ok: false, count: 0, number: 703, why: 'the chain ends with number 702' } });
    expect((await plaza.ask('GET', '/v1/audit/chains/2/verify')).json).toMatchObject({ status: 404 });
    expect((await plaza.ask('GET', '/v1/audit/chains/1/verify?number=3')).json).toMatchObject({ status: 400 });
  });

  test('finds an entry that was changed', async () => {
    const kept = plaza.audit.chains.get(1)!;
    kept.set(600, { ...kept.get(600)!, operator: 'nobody' });
    expect(await plaza.ask('GET', '/v1/audit/chains/1/verify')).toMatchObject({
      status: 200,
      json: { ok: false, number: 600, count: 599, why: 'its content does not have its hash' },
    });
    expect((await plaza.ask('GET', '/v1/audit/chains/0/verify')).json).toMatchObject({ ok: true, count: 3 });
  });
});

const paths = ['/v1/audit', '/v1/audit/export', '/v1/audit/chains', '/v1/audit/chains/0/verify'];
describe.each(paths)('%s', (path) => {
  test('needs its own scope', async () => {
    const key = async (scopes: string[]): Promise<string> =>
      ((await plaza.ask('POST', '/v1/keys', { name: 'n', scopes })).json as { key: string }).key;
    const with_ = async (scopes: string[]): Promise<number> =>
      (await plaza.ask('GET', path, undefined, { authorization: `Bearer ${await key(scopes)}` })).status;
    expect(await with_(['history:read', 'keys:write'])).toBe(403);
    expect(await with_(['audit:read'])).toBe(200);
  });

  test('is unavailable while the store is away', async () => {
    plaza.audit.available = false;
    try {
      expect(await plaza.ask('GET', path)).toMatchObject({ status: 503, json: { code: 'unavailable' } });
    } finally {
      plaza.audit.available = true;
    }
  });
});
