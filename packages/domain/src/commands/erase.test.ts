import { describe, expect, test } from '@jest/globals';
import { QueueChange, Role } from '@plaza/proto/client';
import { act, api, command, contextOf, inShort, json, lobby, session } from '../rooms.arbitrary.js';
import { allSlots } from '../slots.js';
import type { Agreement, CreatedRoom } from '../types.js';

const byApi = contextOf(api());
const erase = (account: string, notice?: object) => json({ eraseAccount: { account, ...(notice && { notice }) } });
const eraseIn = (room: CreatedRoom, account: string): Agreement => {
  const decision = act(room, erase(account), byApi);
  if ('refusal' in decision) throw new Error(decision.refusal.why);
  return decision;
};
const casesOf = ({ events }: Agreement) => events.map(({ event }) => event.kind?.$case);

/** Ann has one of everything; the rest is others'. */
function room(): CreatedRoom {
  const made = lobby();
  act(made, command.setRole('ann', Role.ROLE_REGULAR), byApi);
  act(made, json({ muteMember: { account: 'ann' } }), byApi);
  act(made, json({ timedMuteMember: { account: 'ann', seconds: 60 } }), byApi);
  act(made, json({ muteMember: { account: 'bob' } }), byApi);
  act(made, json({ updateMember: { account: 'ann', nickname: 'A', save: true, level: 3, labels: { labels: [{ name: 'x' }] } } }), byApi);
  act(made, json({ initQueue: {} }), byApi);
  const elements = ['ann', 'bob', 'ann'].map((owner, i) => ({ key: `k${i}`, value: 'secret', owner }));
  act(made, json({ offerQueue: { elements } }), byApi);
  const attributes = [
    { key: 'goes', value: 'secret', withOwner: true },
    { key: 'stays', value: 'x' },
  ];
  act(made, json({ setAttributes: { attributes } }), contextOf(api('ann')));
  act(made, json({ setAttributes: { attributes: [{ key: 'bobs', value: 'x', withOwner: true }] } }), contextOf(api('bob')));
  return made;
}

describe('erasing an account', () => {
  test('nothing of it is left in the room, and whatever is another’s is as it was', () => {
    const made = room();
    const bob = made.members.get('bob' as never);
    const { reply } = eraseIn(made, 'ann');
    expect(reply).toMatchObject({ $case: 'erased', value: { elements: 2, attributes: 1, profile: true, creator: false } });
    expect([...made.members.keys()]).not.toContain('ann');
    expect(made.members.get('bob' as never)).toEqual(bob);
    expect([...made.queue!.items.keys()]).toEqual(['k1']);
    expect([...made.attributes.keys()]).not.toContain('goes');
    expect([made.attributes.has('stays'), made.attributes.has('bobs')]).toEqual([true, true]);
    expect(allSlots(made).map(({ name }) => name)).not.toContain('member/ann');
  });

  test('members are told by events that they know; its values and names are not told again, and nothing is kept of it', () => {
    const agreement = eraseIn(room(), 'ann');
    expect(casesOf(agreement)).toEqual(['messageRecalled', 'queueChanged', 'attributesChanged', 'roleChanged', 'accountErased']);
    const [recalled, queue] = agreement.events;
    expect(recalled!.event.kind).toMatchObject({ value: { recalled: 0, account: 'ann', sinceMs: 0 } });
    expect(queue!.event.kind).toMatchObject({ value: { change: QueueChange.QUEUE_CHANGE_OWNER_LEFT } });
    expect(JSON.stringify(agreement.events)).not.toContain('secret');
    expect(agreement.events.map(({ stored }) => stored)).toEqual([false, false, false, false, false]);
    expect(agreement.events.map(({ audience }) => audience)).toEqual(['all', 'all', 'all', 'all', 'nobody']);
  });

  test('without notice nobody is told', () => {
    const decision = act(room(), erase('ann', { notify: false }), byApi) as Agreement;
    expect(decision.events.every(({ audience }) => audience === 'nobody')).toBe(true);
  });

  test('again, or of an account that the room does not know, it takes back messages and nothing else', () => {
    const made = room();
    eraseIn(made, 'ann');
    for (const account of ['ann', 'stranger']) {
      const again = eraseIn(made, account);
      expect(casesOf(again)).toEqual(['messageRecalled', 'accountErased']);
      expect(again.reply).toMatchObject({ value: { elements: 0, attributes: 0, profile: false } });
    }
  });

  test('the creator stays the creator, and loses the rest', () => {
    const made = room();
    const creator = made.profile.creator;
    act(made, json({ updateMember: { account: creator, nickname: 'C', save: true } }), byApi);
    expect(eraseIn(made, creator).reply).toMatchObject({ value: { profile: true, creator: true } });
    expect(made.members.get(creator as never)).toMatchObject({ role: Role.ROLE_CREATOR, nickname: '' });
    expect(eraseIn(made, creator).reply).toMatchObject({ value: { profile: false, creator: true } });
  });

  test('a pinned message of it is not shown any longer', () => {
    const made = room();
    act(made, command.setRole('ann', Role.ROLE_GUEST), byApi);
    const message = { account: 'ann', body: { text: { text: 'x' } } };
    act(made, json({ pinMessage: { messageId: String(made.last), message } }), byApi);
    expect(made.pinned).toBeDefined();
    eraseIn(made, 'ann');
    expect(made.pinned).toBeUndefined();
  });

  test.each([
    ['a member', session('carla'), erase('ann'), 'not-allowed'],
    ['no account', api(), erase('a b'), 'bad-request'],
    ['a note that is too long', api(), erase('ann', { ext: 'x'.repeat(2049) }), 'too-large'],
  ])('%s: refused', (_, actor, ask, code) => {
    expect(inShort(act(room(), ask, contextOf(actor)))).toContain(code);
  });
});
