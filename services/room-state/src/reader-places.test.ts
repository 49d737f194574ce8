import { describe, expect, test } from '@jest/globals';
import { ReaderPlaces } from './reader-places.js';

const reading = (through: number, stream = 0) => ({ streams: [{ stream, through }] });

describe('places of readers', () => {
  test('of a needed one that was never heard are nothing', () => {
    expect(new ReaderPlaces(['history', 'metrics']).of(1)).toEqual([
      ['history', 0],
      ['metrics', 0],
    ]);
  });

  test('are those that were said last, lower ones too, of every reader that was heard', () => {
    const places = new ReaderPlaces(['history']);
    places.heard({ kind: 'history', reading: reading(70) });
    places.heard({ kind: 'history', reading: reading(5, 1) });
    places.heard({ kind: 'webhooks', reading: reading(7) });
    places.heard({ kind: 'history', reading: reading(60) });
    places.heard({ kind: 'edge', reading: undefined });
    places.heard({ kind: 'history', reading: { streams: [] } });
    expect(places.of(0)).toEqual([
      ['history', 60],
      ['webhooks', 7],
    ]);
    expect(places.of(1)).toEqual([
      ['history', 5],
      ['webhooks', 0],
    ]);
  });
});
