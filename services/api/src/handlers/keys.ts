import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { noteAct } from '../audit/note-act.js';
import { operation, type Outcome } from '../operation.js';
import { KeysAway, type StoredKey } from '../keys.js';
import { problem, unavailable } from '../problems.js';
import { everything, scopes } from '../scopes.js';
import { textOf } from '../schemas.js';

const scope = z.enum([...scopes, everything]);
const view = z.object({ id: z.string(), name: z.string(), scopes: z.array(z.string()), createdMs: z.number().int() }).meta({ id: 'Key' });
const viewKey = ({ id, name, scopes: held, createdMs }: StoredKey): z.output<typeof view> => ({ id, name, scopes: [...held], createdMs });
/** 256 bits, so that a plain hash of it guards it. */
const secretBytes = 32;

export const createKey = operation({
  id: 'createKey',
  method: 'POST',
  path: '/v1/keys',
  tag: 'keys',
  scope: 'keys:write',
  summary: 'Make an API key',
  description: 'The key is in the answer and nowhere else: it is kept as a hash.',
  status: 201,
  body: z
    .strictObject({
      name: textOf(64, 1),
      scopes: z
        .array(scope)
        .min(1)
        .max(scopes.length + 1),
    })
    .meta({ examples: [{ name: 'moderation', scopes: ['members:write'] }] }),
  answer: view.extend({ key: z.string() }).meta({ id: 'NewKey' }),
  handle: ({ body, commandId }, { keys, clock, rooms }) =>
    guarded(async () => {
      const key = `plaza_${randomBytes(secretBytes).toString('base64url')}`;
      const hash = createHash('sha256').update(key).digest('hex');
      const stored = {
        id: randomBytes(8).toString('hex'),
        name: body.name,
        scopes: [...new Set(body.scopes)],
        createdMs: clock.now(),
        hash,
      };
      const { id, name } = stored;
      const no = await noteAct(rooms, commandId, 'key-created', { id, name, scopes: stored.scopes });
      if (no !== undefined) return { problem: no };
      await keys.put(stored);
      return { answer: { ...viewKey(stored), key } };
    }),
});

export const listKeys = operation({
  id: 'listKeys',
  method: 'GET',
  path: '/v1/keys',
  tag: 'keys',
  scope: 'keys:write',
  summary: 'List API keys',
  description: 'Without the keys themselves, and without those of the settings.',
  status: 200,
  answer: z.object({ keys: z.array(view) }).meta({ id: 'Keys' }),
  handle: (_ask, { keys }) => guarded(async () => ({ answer: { keys: (await keys.list()).map(viewKey) } })),
});

export const deleteKey = operation({
  id: 'deleteKey',
  method: 'DELETE',
  path: '/v1/keys/:key',
  tag: 'keys',
  scope: 'keys:write',
  summary: 'Take an API key back',
  description: 'It works for 5 s more at most.',
  status: 200,
  params: z.strictObject({ key: z.string().regex(/^[0-9a-f]{16}$/, 'expected the id of a key') }),
  answer: z.object({ result: z.literal('done') }).meta({ id: 'KeyDeleted' }),
  handle: ({ params, commandId }, { keys, rooms }) =>
    guarded(async () => {
      const key = (await keys.list()).find(({ id }) => id === params.key);
      if (key === undefined) return { problem: noKey };
      const no = await noteAct(rooms, commandId, 'key-deleted', { id: key.id, name: key.name });
      if (no !== undefined) return { problem: no };
      return (await keys.remove(params.key)) ? { answer: { result: 'done' as const } } : { problem: noKey };
    }),
});

const noKey = problem('not-found', 'there is no such key');

async function guarded<A>(work: () => Promise<Outcome<A>>): Promise<Outcome<A>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KeysAway) return { problem: unavailable('the API keys cannot be kept or read now') };
    throw error;
  }
}
