import { hot, standalone, steady } from './fanout.js';
import { loopGap } from './loop-gap.js';
import { memory } from './memory.js';
import { peers } from './peers.js';
import type { Row } from './row.js';

/** Every row of `npm run bench`, in its order. */
export const rows: readonly Row[] = [steady, hot, peers, standalone, loopGap, memory];
