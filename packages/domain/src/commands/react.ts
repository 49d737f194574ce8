import { refused } from '../outcome.js';
import type { Handler } from './handler.js';

export const react: Handler<'react'> = () => refused('bad-request', 'not there yet');
