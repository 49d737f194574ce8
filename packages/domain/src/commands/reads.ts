import { answer } from '../outcome.js';
import { roomInfo } from '../views.js';
import type { Handler } from './handler.js';

export const getRoom: Handler<'getRoom'> = (room, _command, context) =>
  answer({ $case: 'roomInfo', value: roomInfo(room, context.presence) });
