import { refused } from '../outcome.js';
import type { Handler } from './handler.js';

export const changeSettings: Handler<'changeSettings'> = () => refused('bad-request', 'not there yet');
export const changeTerms: Handler<'changeTerms'> = () => refused('bad-request', 'not there yet');
export const listTerms: Handler<'listTerms'> = () => refused('bad-request', 'not there yet');
