import { refused } from '../outcome.js';
import type { Handler } from './handler.js';

export const getMembers: Handler<'getMembers'> = () => refused('bad-request', 'not there yet');
export const countMembers: Handler<'countMembers'> = () => refused('bad-request', 'not there yet');
export const listSessions: Handler<'listSessions'> = () => refused('bad-request', 'not there yet');
export const updateMember: Handler<'updateMember'> = () => refused('bad-request', 'not there yet');
export const setTags: Handler<'setTags'> = () => refused('bad-request', 'not there yet');
