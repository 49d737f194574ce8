import { refused } from '../outcome.js';
import type { Handler } from './handler.js';

export const initQueue: Handler<'initQueue'> = () => refused('bad-request', 'not there yet');
export const offerQueue: Handler<'offerQueue'> = () => refused('bad-request', 'not there yet');
export const pollQueue: Handler<'pollQueue'> = () => refused('bad-request', 'not there yet');
export const updateQueue: Handler<'updateQueue'> = () => refused('bad-request', 'not there yet');
export const dropQueue: Handler<'dropQueue'> = () => refused('bad-request', 'not there yet');
export const deleteQueue: Handler<'deleteQueue'> = () => refused('bad-request', 'not there yet');
export const listQueue: Handler<'listQueue'> = () => refused('bad-request', 'not there yet');
export const peekQueue: Handler<'peekQueue'> = () => refused('bad-request', 'not there yet');
export const getQueueElements: Handler<'getQueueElements'> = () => refused('bad-request', 'not there yet');
