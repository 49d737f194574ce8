import { hot, standalone, steady } from './fanout.js';
import { peers } from './peers.js';
import type { Row } from './row.js';

/** Every row of `npm run bench`, in its order. */
export const rows: readonly Row[] = [steady, hot, peers, standalone];
