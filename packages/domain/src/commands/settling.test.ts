import { describe, expect, test } from '@jest/globals';
import { decide } from '../decide.js';
import { act, api, contextOf, inShort, json, lobby, people, presenceOf, session } from '../rooms.arbitrary.js';
import type { Actor, CreatedRoom } from '../types.js';

const room = (...commands: Record<string, unknown>[]): CreatedRoom => {
  const made = lobby();
  for (const one of [{ initQueue: {} }, ...commands]) act(made, json(one), contextOf(api()));
  return made;
};
const platform = api();
const { administrator: adam, guest: gus } = people;
/** Of the room's accounts only the administrator and the guest were announced yet. */
const known = presenceOf({ [adam]: 1, [gus]: 1 });
const settling = { ...known, settling: true };

const directed = (...receivers: string[]) => ({ sendMessage: { body: { text: { text: 'psst' } }, options: { receivers } } });
const offers = (...owners: string[]) => ({
  offerQueue: { elements: owners.map((owner, i) => ({ key: `k${i}`, owner, transient: true })) },
});
const say = { sendMessage: { body: { text: { text: 'hello' } } } };
const tagMute = { muteTag: { tag: 'vip' } };

describe('while counts settle, an account that is not known to be here is neither absent nor present', () => {
  test.each<[string, CreatedRoom, Actor, Record<string, unknown>, string, string]>([
    ['a directed message to who is known', room(), session(gus), directed(adam), 'delivered', 'delivered'],
    ['a directed message to who is not', room(), session(gus), directed('zoe'), 'delivered', 'unavailable'],
    ['a directed message to both goes to nobody', room(), session(gus), directed(adam, 'zoe'), 'delivered', 'unavailable'],
    ['a kick of who is known', room(), session(adam), { kickMember: { account: gus } }, 'kicked done', 'kicked done'],
    ['a kick of who is not', room(), session(adam), { kickMember: { account: 'zoe' } }, 'no: not-found', 'unavailable'],
    ['a kick by who may not', room(), session(gus), { kickMember: { account: 'zoe' } }, 'no: not-allowed', 'no: not-allowed'],
    ['a seat for who is known', room(), session(adam), offers(gus), 'queueChanged queueResults', 'queueChanged queueResults'],
    ['a seat for who is not', room(), session(adam), offers('zoe'), 'no: owner-absent', 'unavailable'],
    ['seats for both', room(), session(adam), offers(gus, 'zoe'), 'queueChanged queueResults', 'unavailable'],
    ['a seat for the platform, which is never here', room(), platform, offers(''), 'no: owner-absent', 'no: owner-absent'],
    ['tags of who is known', room(), platform, { setTags: { account: gus, tags: ['vip'] } }, 'memberUpdated done', 'memberUpdated done'],
    [
      'tags of who has them, on the devices that are known',
      room(),
      platform,
      { setTags: { account: gus } },
      'unchanged',
      'memberUpdated done',
    ],
    ['tags of who is not', room(), platform, { setTags: { account: 'zoe', tags: ['vip'] } }, 'no: not-found', 'unavailable'],
    [
      'a nickname of who is known',
      room(),
      session(adam),
      { updateMember: { account: gus, nickname: 'G' } },
      'memberUpdated done',
      'memberUpdated done',
    ],
    ['a nickname of who is not', room(), session(adam), { updateMember: { account: 'zoe', nickname: '' } }, 'unchanged', 'unavailable'],
    [
      'a level of who is not',
      room(),
      session(adam),
      { updateMember: { account: 'zoe', level: 3 } },
      'memberUpdated done',
      'memberUpdated done',
    ],
    ['a message as who is not, no tag muted', room(), api(undefined, 'zoe'), say, 'message accepted', 'message accepted'],
    ['a message as who is known, a tag muted', room(tagMute), api(undefined, gus), say, 'message accepted', 'message accepted'],
    ['a message as who is not, a tag muted', room(tagMute), api(undefined, 'zoe'), say, 'message accepted', 'unavailable'],
    ['a message of the platform, a tag muted', room(tagMute), platform, say, 'message accepted', 'message accepted'],
  ])('%s', (_, lobbyOf, actor, ask, settled, unsettled) => {
    expect(inShort(decide(lobbyOf, json(ask), contextOf(actor, { presence: known })))).toBe(settled);
    expect(inShort(decide(lobbyOf, json(ask), contextOf(actor, { presence: settling })))).toBe(unsettled);
  });

  test('the answer says why and when to ask again, and nobody gets anything', () => {
    const decision = decide(room(), json(directed(adam, 'zoe')), contextOf(session(gus), { presence: settling }));
    expect(decision).toEqual({
      events: [],
      reply: { $case: 'unavailable', value: { retryAfterMs: 1000, why: expect.stringContaining('zoe') } },
    });
  });
});
