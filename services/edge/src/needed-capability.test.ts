import { expect, test } from '@jest/globals';
import { UpdateMember } from '@plaza/proto/client';
import { bodyKinds, commandKinds } from '@plaza/protocol';
import { neededCapability } from './needed-capability.js';

type Name = keyof typeof bodyKinds;
const nothing = new Uint8Array(0);
const byName: Partial<Record<string, Name[]>> = {
  send: [
    ...(['sendMessage', 'react', 'recallMessage', 'setAttributes', 'removeAttributes'] as const),
    ...(['initQueue', 'offerQueue', 'pollQueue', 'updateQueue', 'dropQueue', 'deleteQueue'] as const),
  ],
  nothing: [
    ...(['getRoom', 'listMembers', 'getMembers', 'countMembers', 'listSessions', 'listQueue', 'peekQueue', 'getQueueElements'] as const),
    ...(['listAttributes', 'listTerms', 'listRestrictions'] as const),
  ],
};

/** Answered before it is asked: presence, and what is no room's. */
const elsewhere = new Set<string>(['authenticate', 'ping', 'readHistory', 'join', 'leave']);
const names = (Object.keys(bodyKinds) as Name[]).filter((name) => !elsewhere.has(name));

test.each(names)('%s', (name) => {
  const expected = Object.entries(byName).find(([, list]) => list?.includes(name))?.[0] ?? 'manage';
  // An empty updateMember is about oneself.
  const own = name === 'updateMember' ? 'send' : expected;
  expect(neededCapability('ann', { kind: bodyKinds[name], body: nothing }) ?? 'nothing').toBe(own);
});

test.each([
  ['', 'send'],
  ['ann', 'send'],
  ['bob', 'manage'],
])('the profile of %s takes %s', (account, capability) => {
  const body = UpdateMember.encode(UpdateMember.fromPartial({ account })).finish();
  expect(neededCapability('ann', { kind: commandKinds.updateMember, body })).toBe(capability);
});

test('a body that cannot be read takes the most', () => {
  expect(neededCapability('ann', { kind: commandKinds.updateMember, body: new Uint8Array([0xff]) })).toBe('manage');
});
