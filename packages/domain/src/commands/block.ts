import { refused } from '../outcome.js';
import type { Handler } from './handler.js';

export const blockMember: Handler<'blockMember'> = () => refused('bad-request', 'not there yet');
export const unblockMember: Handler<'unblockMember'> = () => refused('bad-request', 'not there yet');
export const blockDevice: Handler<'blockDevice'> = () => refused('bad-request', 'not there yet');
export const unblockDevice: Handler<'unblockDevice'> = () => refused('bad-request', 'not there yet');
