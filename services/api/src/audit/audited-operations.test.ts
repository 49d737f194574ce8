import { expect, test } from '@jest/globals';
import { operationsOf } from '../operations.js';
import { actNames } from './acts.js';

/** What says in the audit log that an operation was carried out: the act of its room's event, or one that is noted. */
const acts: Record<string, string> = {
  createRoom: 'room-created',
  updateRoom: 'room-updated',
  openRoom: 'room-opened',
  closeRoom: 'room-closed',
  scheduleClose: 'room-updated',
  cancelClose: 'room-updated',
  changeSettings: 'settings-changed',
  changeTerms: 'terms-changed',
  muteRoom: 'room-muted',
  unmuteRoom: 'room-unmuted',
  muteTag: 'tag-muted',
  unmuteTag: 'tag-unmuted',
  blockDevice: 'device-blocked',
  unblockDevice: 'device-unblocked',
  setAttributes: 'attributes-changed',
  removeAttributes: 'attributes-changed',
  pinMessage: 'pinned',
  unpinMessage: 'unpinned',
  recallMessage: 'message-recalled',
  recallMessages: 'message-recalled',
  setRole: 'role-changed',
  setTags: 'member-updated',
  updateMember: 'member-updated',
  kickMember: 'kicked',
  blockMember: 'blocked',
  unblockMember: 'unblocked',
  muteMember: 'muted',
  unmuteMember: 'unmuted',
  timedMuteMember: 'timed-muted',
  timedUnmuteMember: 'timed-unmuted',
  addBots: 'bots-changed',
  removeBots: 'bots-changed',
  clearBots: 'bots-changed',
  initQueue: 'queue-changed',
  dropQueue: 'queue-changed',
  deleteQueue: 'queue-changed',
  offerQueue: 'queue-changed',
  pollQueue: 'queue-changed',
  updateQueue: 'queue-changed',
  restrictAccount: 'account-restricted',
  eraseAccount: 'account-erased',
  createKey: 'key-created',
  deleteKey: 'key-deleted',
  createWebhook: 'webhook-created',
  updateWebhook: 'webhook-updated',
  deleteWebhook: 'webhook-deleted',
  rotateWebhookSecret: 'webhook-secret-rotated',
  replayWebhook: 'webhook-replayed',
  resendDeadLetters: 'dead-letters-resent',
  deleteDeadLetter: 'dead-letter-deleted',
  handOverShard: 'shard-handed-over',
  drainEdge: 'edge-drained',
  undrainEdge: 'edge-drain-ended',
};

/** What is no act, and why. */
const exceptions: Record<string, string> = {
  sendMessage: 'messages are in the history',
  sendBatch: 'messages are in the history',
  broadcast: 'messages are in the history',
  react: 'reactions are counted, by whomever',
  createToken: 'it changes nothing; one is made each time somebody signs in',
  createDemoSession: 'as a token',
  queryRooms: 'it only reads',
  queryMembers: 'it only reads',
  countMembers: 'it only reads',
  getQueueElements: 'it only reads',
};

const changing = operationsOf(true).filter(({ method, changes }) => method !== 'GET' || changes === true);

test('every operation of the server API that is no GET is an act in the audit log, or says why not', () => {
  expect(changing.map(({ id }) => id).sort()).toEqual([...Object.keys(acts), ...Object.keys(exceptions)].sort());
  for (const act of Object.values(acts)) expect(actNames).toContain(act);
});

test('whatever takes an Idempotency-Key is an act, but messages and reactions', () => {
  const silent = changing.filter(({ id, changes }) => changes === true && acts[id] === undefined).map(({ id }) => id);
  expect(silent.sort()).toEqual(['broadcast', 'react', 'sendBatch', 'sendMessage']);
});
