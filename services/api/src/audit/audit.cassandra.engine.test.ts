import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectFresh, startCassandra, type CassandraEngine } from '@plaza/testkit/engines';
import { auditTables, CassandraAudit } from './audit.cassandra.js';
import { auditContract } from './audit.contract.js';
import { act, first, following, startMs } from './audit.fixture.js';
import { AuditAway } from './audit.js';
import { verifyChain } from './verify.js';

let cassandra: CassandraEngine;
beforeAll(async () => {
  cassandra = await startCassandra();
});
afterAll(() => cassandra.stop());

const auditDays = 400;

auditContract('Cassandra', async () => {
  const { client, close } = await connectFresh(cassandra, auditTables);
  const [audit, other] = [new CassandraAudit(client, { auditDays }), new CassandraAudit(client, { auditDays })];
  return { audit, other, close };
});

describe('Cassandra audit log', () => {
  test('a writer that was held up between its look at the head and its writing changes nothing', async () => {
    const { client, close } = await connectFresh(cassandra, auditTables);
    const audit = new CassandraAudit(client, { auditDays });
    const acts = Array.from({ length: 6 }, (_, i) => act(i + 1));
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let looked: () => void = () => undefined;
    const hasLooked = new Promise<void>((resolve) => (looked = resolve));
    const slow = new (class extends CassandraAudit {
      override async head(chain: number) {
        const head = await super.head(chain);
        looked();
        await held;
        return head;
      }
    })(client, { auditDays });
    const half = following(0, first, acts.slice(0, 3));
    const late = slow.append(0, first, half.entries, half.to);
    await hasLooked;
    const whole = following(0, first, acts);
    expect(await audit.append(0, first, whole.entries, whole.to)).toBe('appended');
    release();
    expect(await late).toBe('appended');
    expect(await audit.head(0)).toEqual(whole.to);
    expect(await audit.read(0, 0, 10)).toEqual(whole.entries);
    expect(await verifyChain(audit, 0)).toMatchObject({ ok: true, count: 6 });
    await close();
  });

  test('a search over more time than one look takes goes on where it stood', async () => {
    const { client, close } = await connectFresh(cassandra, auditTables);
    const audit = new CassandraAudit(client, { auditDays });
    const { entries, to } = following(0, first, [act(1), act(2, { timeMs: startMs + 200 * 86_400_000 })]);
    await audit.append(0, first, entries, to);
    const search = { subject: { kind: 'any', name: '' }, fromMs: startMs, toMs: startMs + 300 * 86_400_000, limit: 10 } as const;
    const found: number[] = [];
    let looks = 0;
    for (let page = await audit.find(search); ; page = await audit.find({ ...search, before: page.next })) {
      looks++;
      found.push(...page.places.map(({ number }) => number));
      if (page.next === undefined) break;
    }
    expect(found).toEqual([2, 1]);
    expect(looks).toBeGreaterThan(3);
    await close();
  });

  test('the rows of the index go by themselves', async () => {
    const { client, close } = await connectFresh(cassandra, auditTables);
    const { entries, to } = following(0, first, [act(1)]);
    await new CassandraAudit(client, { auditDays: 9 }).append(0, first, entries, to);
    const { rows } = await client.execute('SELECT period, time_ms FROM audit_index', []);
    expect(rows).toHaveLength(5);
    expect(await client.execute('SELECT entry FROM audit_entries', []).then((result) => result.rows)).toHaveLength(1);
    await close();
  });

  test('says by name that Cassandra cannot be asked', async () => {
    const { client, close } = await connectFresh(cassandra, auditTables);
    await client.shutdown();
    await expect(new CassandraAudit(client, { auditDays }).head(0)).rejects.toBeInstanceOf(AuditAway);
    await close();
  });
});
