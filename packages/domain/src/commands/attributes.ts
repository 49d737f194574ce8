import { refused } from '../outcome.js';
import type { Handler } from './handler.js';

export const setAttributes: Handler<'setAttributes'> = () => refused('bad-request', 'not there yet');
export const removeAttributes: Handler<'removeAttributes'> = () => refused('bad-request', 'not there yet');
export const listAttributes: Handler<'listAttributes'> = () => refused('bad-request', 'not there yet');
