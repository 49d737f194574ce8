import { refused } from '../outcome.js';
import type { Handler } from './handler.js';

export const muteRoom: Handler<'muteRoom'> = () => refused('bad-request', 'not there yet');
export const unmuteRoom: Handler<'unmuteRoom'> = () => refused('bad-request', 'not there yet');
export const muteTag: Handler<'muteTag'> = () => refused('bad-request', 'not there yet');
export const unmuteTag: Handler<'unmuteTag'> = () => refused('bad-request', 'not there yet');
