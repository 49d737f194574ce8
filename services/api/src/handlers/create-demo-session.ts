import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { operation } from '../operation.js';
import { unavailable } from '../problems.js';
import { commandOf } from '../room-operation.js';
import { limits, room, textOf } from '../schemas.js';

const creator = 'host';
const sessionMs = 12 * 3_600_000;
const colours = ['Amber', 'Coral', 'Indigo', 'Jade', 'Olive', 'Scarlet', 'Silver', 'Teal'];
const birds = ['Finch', 'Heron', 'Kestrel', 'Lark', 'Plover', 'Robin', 'Starling', 'Wren'];
const oneOf = (words: readonly string[]): string => words[randomInt(words.length)] ?? '';

/** For the chat page of a machine of one's own: served with PLAZA_DEMO=true only. */
export const createDemoSession = operation({
  id: 'createDemoSession',
  method: 'POST',
  path: '/v1/demo/session',
  tag: 'demo',
  summary: 'A guest and a room to try',
  description: 'Creates the room where it is missing.',
  status: 201,
  body: z.strictObject({ room, name: textOf(limits.nickname, 1).optional() }),
  answer: z.object({ token: z.string(), account: z.string(), nickname: z.string(), connect: z.string() }).meta({ id: 'DemoSession' }),
  async handle({ body, commandId }, { rooms, edges, issueToken, clock }) {
    const [connect] = edges.connectUrls();
    if (connect === undefined) return { problem: unavailable('no edge takes connections now') };
    const createRoom = { creator, profile: { name: body.room, anonymousAllowed: true } };
    const made = await rooms.command({ room: body.room, commandId }, commandOf({ createRoom }));
    if ('problem' in made && made.problem.code !== 'exists') return made;
    const account = `guest-${randomInt(2 ** 47).toString(36)}`;
    const nickname = body.name ?? `${oneOf(colours)} ${oneOf(birds)}`;
    const token = issueToken({
      account,
      nickname,
      rooms: [body.room],
      capabilities: ['enter', 'send'],
      expiresMs: clock.now() + sessionMs,
    });
    return { answer: { token, account, nickname, connect } };
  },
});
