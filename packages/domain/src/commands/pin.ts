import { refused } from '../outcome.js';
import type { Handler } from './handler.js';

export const pinMessage: Handler<'pinMessage'> = () => refused('bad-request', 'not there yet');
export const unpinMessage: Handler<'unpinMessage'> = () => refused('bad-request', 'not there yet');
