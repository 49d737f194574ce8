import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Numbered } from './numbered.js';

describe('numbered things', () => {
  test('are those of a map, in the order of their numbers', () => {
    const act = fc.oneof(fc.record({ above: fc.integer({ min: 0, max: 40 }) }), fc.nat(200));
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const things = new Numbered<{ number: number }>();
        const map = new Map<number, { number: number }>();
        let next = 1;
        for (const one of acts) {
          if (typeof one === 'number') expect(things.delete(one)).toBe(map.delete(one));
          else if (one.above === 0) {
            const thing = { number: next++ };
            expect(things.add(thing)).toBe(thing.number);
            map.set(thing.number, thing);
          } else {
            const thing = { number: next + one.above };
            next = thing.number + 1;
            things.set(thing.number, thing);
            map.set(thing.number, thing);
          }
          expect(things.size).toBe(map.size);
          expect([...things]).toEqual([...map.values()]);
          expect([...things.numbers()]).toEqual([...map.keys()]);
          for (let number = 0; number < next + 2; number++) expect(things.get(number)).toBe(map.get(number));
        }
      }),
    );
  });

  test('may go while they are looked at', () => {
    const things = new Numbered<{ number: number }>();
    for (let i = 0; i < 40; i++) things.add({ number: i + 1 });
    for (const { number } of things) things.delete(number);
    expect([things.size, [...things]]).toEqual([0, []]);
  });

  test('of a great many leave a fresh start behind', () => {
    const things = new Numbered<{ number: number }>();
    for (let i = 1; i <= 10_000; i++) things.add({ number: i });
    for (const number of things.numbers()) things.delete(number);
    expect([things.size, things.get(10_000), things.add({ number: 0 }), things.get(10_001)]).toEqual([0, undefined, 10_001, { number: 0 }]);
  });

  test('get no number twice', () => {
    const things = new Numbered<object>();
    things.set(5, {});
    expect(() => things.set(5, {})).toThrow('5 is below 6');
  });
});
