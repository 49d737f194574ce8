import { refused } from '../outcome.js';
import type { Handler } from './handler.js';

export const scheduleClose: Handler<'scheduleClose'> = () => refused('bad-request', 'not there yet');
export const cancelClose: Handler<'cancelClose'> = () => refused('bad-request', 'not there yet');
