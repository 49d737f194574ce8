import { refused } from '../outcome.js';
import type { Handler } from './handler.js';

export const recallMessage: Handler<'recallMessage'> = () => refused('bad-request', 'not there yet');
export const recallMessages: Handler<'recallMessages'> = () => refused('bad-request', 'not there yet');
