import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonical, type Json } from './canonical.js';
import { chained, entryOf, genesis, hashOf, lineOf, type AuditedAct } from './entry.js';

const act = (sequence: number, more: Partial<AuditedAct> = {}): AuditedAct => ({
  ...{ sequence, room: 'lobby', position: '4096', timeMs: 1_600_000_000_000, act: 'kicked', operator: 'host', apiKey: '' },
  ...{ targets: ['ann'], reason: 'spam "again"\n', notifyExt: '', details: { refusedUntilMs: 5 }, previous: {} },
  ...more,
});

describe('the canonical form', () => {
  test.each<[Json, string]>([
    [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
    [{ é: 'é', z: '', a: '\u0001"\\\n\u007f' }, '{"a":"\\u0001\\"\\\\\\n\u007f","z":"","é":"é"}'],
    [[], '[]'],
  ])('of %j', (value, text) => expect(canonical(value)).toBe(text));

  test('says the same whatever the order of names, and gives the value back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.array(fc.string()))), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonical(turned)).toBe(canonical(value));
        expect(JSON.parse(canonical(value))).toEqual(value);
      }),
    );
  });

  test('of an entry is what is documented, byte for byte', () => {
    const [entry] = chained(2, genesis, [act(7)]);
    const text =
      '{"act":"kicked","apiKey":"","chain":2,"details":{"refusedUntilMs":5},"notifyExt":"","number":1,"operator":"host","position":"4096",' +
      `"previous":{},"previousHash":"${'0'.repeat(64)}","reason":"spam \\"again\\"\\n","room":"lobby","sequence":7,"targets":["ann"],"timeMs":1600000000000}`;
    expect(entry!.hash).toBe(createHash('sha256').update(text).digest('hex'));
    expect(lineOf(entry!)).toBe(text.replace('"notifyExt"', `"hash":"${entry!.hash}","notifyExt"`));
    expect(entryOf(lineOf(entry!))).toEqual(entry);
  });
});

describe('a chain', () => {
  test('gives each entry its number and the hash of the one before', () => {
    const entries = chained(0, genesis, [act(1), act(1, { act: 'muted' }), act(5)]);
    expect(entries.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(entries[0]!.previousHash).toBe(genesis.hash);
    expect(entries[1]!.previousHash).toBe(entries[0]!.hash);
    expect(new Set(entries.map(({ hash }) => hash)).size).toBe(3);
    expect(entries.map(hashOf)).toEqual(entries.map(({ hash }) => hash));
  });

  test('is the same however its acts are cut', () => {
    const acts = Array.from({ length: 9 }, (_, i) => act(i + 1));
    const whole = chained(1, genesis, acts);
    for (let cut = 0; cut <= acts.length; cut++) {
      const first = chained(1, genesis, acts.slice(0, cut));
      expect([...first, ...chained(1, first.at(-1) ?? genesis, acts.slice(cut))]).toEqual(whole);
    }
  });

  test.each([
    'act',
    'operator',
    'apiKey',
    'room',
    'position',
    'timeMs',
    'targets',
    'reason',
    'notifyExt',
    'details',
    'previous',
    'chain',
    'number',
  ])('another %s is another hash', (field) => {
    const [entry] = chained(0, genesis, [act(1)]);
    const value = entry![field as keyof typeof entry] as unknown;
    const other = typeof value === 'number' ? value + 1 : typeof value === 'string' ? `${value}x` : { x: 1 };
    expect(hashOf({ ...entry!, [field]: other })).not.toBe(entry!.hash);
  });
});
