/** Client frames for property tests. */
import { ClientFrame, type MessageClass, type NoticesMode, type Role } from '@plaza/proto/client';
import fc from 'fast-check';
import type { ClientBody } from './commands.js';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const position = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const uint32 = fc.nat({ max: 0xffff_ffff });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const notice = maybe(fc.record({ notify: maybe(fc.boolean()), ext: text }));
const changes = maybe(
  fc.record({
    name: maybe(text),
    announcement: maybe(text),
    broadcastUrl: maybe(text),
    ext: maybe(text),
    notices: maybe(fc.constantFrom<NoticesMode[]>(0, 1, 2, 3)),
    anonymousAllowed: maybe(fc.boolean()),
  }),
);
const content = fc.oneof(
  fc.record({ $case: fc.constant('text' as const), value: fc.record({ text }) }),
  fc.record({ $case: fc.constant('custom' as const), value: fc.record({ subType: text, content: text }) }),
);
const body = maybe(fc.record({ ext: text, content: maybe(content) }));
const options = maybe(fc.record({ store: maybe(fc.boolean()), class: fc.constantFrom<MessageClass[]>(0, 1, 2, 3, 4) }));

type Values = { readonly [C in ClientBody['$case']]: fc.Arbitrary<Extract<ClientBody, { $case: C }>['value']> };

const values: Values = {
  authenticate: fc.record({ token: text, device: maybe(fc.record({ id: text, kind: text })) }),
  ping: fc.constant({}),
  readHistory: fc.record({ before: maybe(position), after: maybe(position), limit: uint32 }),
  join: fc.record({ after: maybe(position), nickname: text, avatar: text, ext: text }),
  leave: fc.constant({}),
  sendMessage: fc.record({ body, options }),
  getRoom: fc.constant({}),
  listMembers: fc.record({ pageToken: text, limit: uint32 }),
  muteMember: fc.record({ account: text, notice }),
  unmuteMember: fc.record({ account: text, notice }),
  timedMuteMember: fc.record({ account: text, seconds: uint32, notice }),
  timedUnmuteMember: fc.record({ account: text, notice }),
  kickMember: fc.record({ account: text, reason: text, notice }),
  setRole: fc.record({ account: text, role: fc.constantFrom<Role[]>(0, 1, 2, 3, 4, 5), notice }),
  createRoom: fc.record({ creator: text, profile: changes }),
  updateRoom: fc.record({ changes, notice }),
  openRoom: fc.record({ notice }),
  closeRoom: fc.record({ reason: text, notice }),
};

export const anyBody: fc.Arbitrary<ClientBody> = fc.oneof(
  ...Object.entries(values).map(([name, value]) => (value as fc.Arbitrary<unknown>).map((v) => ({ $case: name, value: v }) as ClientBody)),
);

export const anyClientFrame: fc.Arbitrary<ClientFrame> = fc
  .record({ id: uint32, commandId: text, room: text, body: maybe(anyBody) })
  .map((frame) => ClientFrame.create(frame));
