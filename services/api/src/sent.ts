import { z } from 'zod';
import { expectCase, type Result } from './rooms.js';
import { position } from './schemas.js';

/** What became of a message; each says the truth about it. */
export const sent = z
  .object({
    result: z
      .enum(['accepted', 'delivered', 'sampled', 'held'])
      .describe('In the log; directed and gone out; dropped on purpose; waiting for a manager (reserved).'),
    messageId: z.string().optional(),
    position: position.optional(),
    sessions: z.number().int().optional().describe('Delivered: how many got it.'),
    absent: z.array(z.string()).optional().describe('Delivered: who is not in the room.'),
    by: z.string().optional().describe('Sampled: by its own `share`, or by the room’s `budget`.'),
  })
  .meta({ id: 'SentMessage' });

export function viewSent(result: Result): z.output<typeof sent> {
  const known = expectCase(result, 'accepted', 'delivered', 'sampled', 'held');
  switch (known.$case) {
    case 'accepted':
      return { result: 'accepted', messageId: known.value.messageId, position: String(known.value.position) };
    case 'delivered':
      return { result: 'delivered', sessions: known.value.sessions, absent: known.value.absent };
    case 'sampled':
      return { result: 'sampled', by: known.value.by };
    case 'held':
      return { result: 'held' };
  }
}
