import { refused } from '../outcome.js';
import type { Handler } from './handler.js';

export const addBots: Handler<'addBots'> = () => refused('bad-request', 'not there yet');
export const removeBots: Handler<'removeBots'> = () => refused('bad-request', 'not there yet');
export const clearBots: Handler<'clearBots'> = () => refused('bad-request', 'not there yet');
