import type { Handler } from '../dispatch.js';
import { replyFrame } from '../frames.js';

export const ping: Handler = (edge, connection, frame) => {
  connection.send(replyFrame(frame.id, { $case: 'pong', value: { timeMs: edge.clock.now() } }));
};
