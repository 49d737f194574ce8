import { describe, expect, test } from '@jest/globals';
import { QueueChange, type QueueResult } from '@plaza/proto/client';
import fc from 'fast-check';
import { decide } from '../decide.js';
import { act, api, contextOf, everybody, inShort, json, lobby, onlyEvent, people, presenceOf, session } from '../rooms.arbitrary.js';
import type { Actor, CreatedRoom, Decision } from '../types.js';

const gus = session(people.guest);
const init = (size?: number) => {
  const room = lobby();
  act(room, json({ initQueue: size === undefined ? {} : { size } }), contextOf(api()));
  return room;
};
const offer = (room: CreatedRoom, actor: Actor, elements: Record<string, unknown>[], more: Record<string, unknown> = {}) =>
  act(room, json({ offerQueue: { elements, ...more } }), contextOf(actor));
const keys = (room: CreatedRoom) => [...room.queue!.items.keys()];
const resultsOf = (decision: Decision): QueueResult[] => {
  if ('refusal' in decision || decision.reply.$case !== 'queueResults') throw new Error(inShort(decision));
  return decision.reply.value.results;
};

describe('the queue', () => {
  test('is not there until init; its size is 100 where none is asked', () => {
    for (const ask of [
      { offerQueue: { elements: [{ key: 'a' }] } },
      { pollQueue: {} },
      { updateQueue: { elements: [{ key: 'a' }] } },
      { dropQueue: {} },
      { deleteQueue: {} },
      { listQueue: {} },
      { peekQueue: {} },
      { getQueueElements: { keys: ['a'] } },
    ])
      expect(inShort(decide(lobby(), json(ask), contextOf(api())))).toBe('no: no-queue');
    expect(init().queue).toMatchObject({ size: 100 });
    expect(inShort(act(init(5), json({ initQueue: { size: 5 } }), contextOf(api())))).toBe('unchanged');
  });

  test('takes new keys at its tail and replaces known ones in place; the owner is who wrote last', () => {
    const room = init();
    offer(room, gus, [{ key: 'a' }, { key: 'b' }]);
    const again = onlyEvent(offer(room, session(people.regular), [{ key: 'a', value: 'new' }]));
    expect(keys(room)).toEqual(['a', 'b']);
    expect(room.queue!.items.get('a')!.element).toEqual({
      key: 'a',
      value: 'new',
      owner: people.regular,
      transient: false,
      revision: again.event.position,
    });
    expect(again.event.kind).toMatchObject({
      value: { change: QueueChange.QUEUE_CHANGE_OFFER, previous: [{ key: 'a', value: '', owner: people.guest }] },
    });
  });

  test('of several offers each has its own result', () => {
    const room = init(2);
    offer(room, gus, [{ key: 'a' }]);
    const results = resultsOf(
      offer(room, gus, [
        { key: 'a' },
        { key: 'b' },
        { key: 'c' },
        { key: 'd', owner: 'otto' },
        { key: 'e', owner: 'nobody', transient: true },
      ]),
    );
    expect(results.map(({ key, code }) => `${key} ${code}`)).toEqual(['a ', 'b ', 'c queue-full', 'd not-allowed', 'e not-allowed']);
    const insert = resultsOf(offer(init(), gus, [{ key: 'x' }, { key: 'y' }], { mode: 'OFFER_MODE_INSERT_ONLY' }));
    expect(insert.map(({ code }) => code)).toEqual(['', '']);
  });

  test.each([
    ['insert only, known', { mode: 'OFFER_MODE_INSERT_ONLY' }, 'a', 'no: exists'],
    ['insert only, new', { mode: 'OFFER_MODE_INSERT_ONLY' }, 'n', 'queueChanged queueResults'],
    ['update only, known', { mode: 'OFFER_MODE_UPDATE_ONLY' }, 'a', 'queueChanged queueResults'],
    ['update only, new', { mode: 'OFFER_MODE_UPDATE_ONLY' }, 'n', 'no: not-found'],
    ['a key twice', {}, 'a', 'no: bad-request'],
  ])('%s', (what, more, key, outcome) => {
    const room = init();
    offer(room, gus, [{ key: 'a' }]);
    expect(inShort(offer(room, gus, what === 'a key twice' ? [{ key }, { key }] : [{ key, value: 'n' }], more))).toBe(outcome);
  });

  test('compares revisions on every write', () => {
    const room = init();
    const { event } = onlyEvent(offer(room, gus, [{ key: 'a', ifRevision: '0' }]));
    const asks = (ifRevision: number) => [
      json({ offerQueue: { elements: [{ key: 'a', value: 'n', ifRevision }] } }),
      json({ updateQueue: { elements: [{ key: 'a', value: 'n', ifRevision }] } }),
      json({ pollQueue: { key: 'a', ifRevision } }),
    ];
    for (const ask of asks(event.position)) expect(inShort(decide(room, ask, contextOf(gus)))).toBe('queueChanged queueResults');
    for (const ask of asks(event.position + 1)) expect(inShort(decide(room, ask, contextOf(gus)))).toBe('no: revision-conflict');
    expect(inShort(decide(room, json({ offerQueue: { elements: [{ key: 'a', ifRevision: 0 }] } }), contextOf(gus)))).toBe(
      'no: revision-conflict',
    );
  });

  test('written as it is already: unchanged; beside others it is answered, and is no part of the event', () => {
    const room = init();
    const { event } = onlyEvent(offer(room, gus, [{ key: 'a', value: 'v' }]));
    expect(inShort(offer(room, gus, [{ key: 'a', value: 'v' }]))).toBe('unchanged');
    expect(inShort(act(room, json({ updateQueue: { elements: [{ key: 'a', value: 'v' }] } }), contextOf(gus)))).toBe('unchanged');
    const both = offer(room, gus, [
      { key: 'a', value: 'v' },
      { key: 'b', value: 'w' },
    ]);
    expect(resultsOf(both).map(({ code, element }) => [code, element!.revision])).toEqual([
      ['', event.position],
      ['', onlyEvent(both).event.position],
    ]);
    expect(onlyEvent(both).event.kind).toMatchObject({ value: { elements: [{ key: 'b' }], previous: [] } });
    expect(inShort(offer(room, session(people.regular), [{ key: 'a', value: 'v' }]))).toBe('queueChanged queueResults');
  });

  test('emptied or deleted, its event says what went', () => {
    for (const command of ['dropQueue', 'deleteQueue']) {
      const room = init();
      offer(room, gus, [{ key: 'a', value: 'v' }, { key: 'b' }]);
      expect(onlyEvent(act(room, json({ [command]: {} }), contextOf(api()))).event.kind).toMatchObject({
        value: { elements: [{ key: 'a', value: 'v', owner: 'gus' }, { key: 'b' }] },
      });
    }
  });

  test('a page token of one that was deleted begins the next one at its head', () => {
    const room = init();
    for (const key of ['a', 'b', 'c']) offer(room, gus, [{ key }]);
    const list = (pageToken: string) => {
      const decision = decide(room, json({ listQueue: { limit: 2, pageToken } }), contextOf(gus));
      if ('refusal' in decision || decision.reply.$case !== 'queuePage') throw new Error(inShort(decision));
      return decision.reply.value;
    };
    const { next } = list('');
    act(room, json({ deleteQueue: {} }), contextOf(api()));
    act(room, json({ initQueue: {} }), contextOf(api()));
    offer(room, gus, [{ key: 'new' }]);
    expect(list(next).elements.map(({ key }) => key)).toEqual(['new']);
  });

  test('gives away its head or the element of a key, which is answered', () => {
    const room = init();
    offer(room, gus, [{ key: 'a' }, { key: 'b' }, { key: 'c' }]);
    expect(resultsOf(act(room, json({ pollQueue: {} }), contextOf(gus)))).toMatchObject([
      { key: 'a', element: { key: 'a', owner: 'gus' } },
    ]);
    expect(resultsOf(act(room, json({ pollQueue: { key: 'c' } }), contextOf(gus)))).toMatchObject([{ key: 'c' }]);
    expect(inShort(act(room, json({ pollQueue: { key: 'c' } }), contextOf(gus)))).toBe('no: not-found');
    act(room, json({ pollQueue: {} }), contextOf(gus));
    expect(inShort(act(room, json({ pollQueue: {} }), contextOf(gus)))).toBe('no: not-found');
  });

  test('updates known keys, answers unknown ones, and inserts none', () => {
    const room = init();
    offer(room, gus, [{ key: 'a' }]);
    const results = resultsOf(
      act(
        room,
        json({
          updateQueue: {
            elements: [
              { key: 'a', value: 'n' },
              { key: 'x', value: 'n' },
            ],
          },
        }),
        contextOf(gus),
      ),
    );
    expect(results).toMatchObject([
      { key: 'a', code: '', element: { value: 'n', owner: 'gus' } },
      { key: 'x', code: 'not-found' },
    ]);
    expect(keys(room)).toEqual(['a']);
  });

  test('a transient element needs an owner who is here', () => {
    const room = init();
    const away = { presence: presenceOf({ carla: 1 }) };
    const ask = (element: Record<string, unknown>) => json({ offerQueue: { elements: [{ key: 'a', transient: true, ...element }] } });
    expect(inShort(decide(room, ask({ owner: 'gus' }), contextOf(api(), away)))).toBe('no: owner-absent');
    expect(inShort(decide(room, ask({}), contextOf(api(), { presence: everybody })))).toBe('no: owner-absent');
    expect(inShort(decide(room, ask({ owner: 'gus' }), contextOf(api())))).toBe('queueChanged queueResults');
  });

  test('is listed in its order, by pages that survive what comes and goes', () => {
    const room = init();
    for (const key of ['a', 'b', 'c', 'd', 'e']) offer(room, gus, [{ key }]);
    const page = (pageToken: string) => {
      const decision = decide(room, json({ listQueue: { limit: 2, pageToken } }), contextOf(gus));
      if ('refusal' in decision || decision.reply.$case !== 'queuePage') throw new Error(inShort(decision));
      return decision.reply.value;
    };
    const first = page('');
    expect([first.elements.map(({ key }) => key), first.size, first.count]).toEqual([['a', 'b'], 100, 5]);
    act(room, json({ pollQueue: { key: 'b' } }), contextOf(gus));
    offer(room, gus, [{ key: 'f' }]);
    const second = page(first.next);
    expect([second.elements, page(second.next).elements].map((elements) => elements.map(({ key }) => key))).toEqual([
      ['c', 'd'],
      ['e', 'f'],
    ]);
    expect(page(second.next).next).toBe('');
  });

  test('is emptied, kept; deleted, gone', () => {
    const room = init();
    offer(room, gus, [{ key: 'a' }]);
    expect(inShort(act(room, json({ dropQueue: {} }), contextOf(api())))).toBe('queueChanged queueResults');
    expect([keys(room), inShort(act(room, json({ dropQueue: {} }), contextOf(api())))]).toEqual([[], 'unchanged']);
    act(room, json({ deleteQueue: {} }), contextOf(api()));
    expect(room.queue).toBeUndefined();
  });

  test('is what a list with a bound is, whatever is asked of it', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const step = fc.oneof(
      fc.tuple(fc.constant('offer' as const), key),
      fc.tuple(fc.constant('poll' as const), fc.oneof(key, fc.constant(''))),
      fc.tuple(fc.constant('drop' as const), fc.constant('')),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const room = init(3);
        let model: string[] = [];
        for (const [what, name] of steps) {
          if (what === 'offer') {
            offer(room, gus, [{ key: name }]);
            if (!model.includes(name) && model.length < 3) model.push(name);
          } else if (what === 'poll') {
            act(room, json({ pollQueue: { key: name } }), contextOf(gus));
            model = name === '' ? model.slice(1) : model.filter((one) => one !== name);
          } else {
            act(room, json({ dropQueue: {} }), contextOf(api()));
            model = [];
          }
          expect(keys(room)).toEqual(model);
        }
      }),
    );
  });
});
