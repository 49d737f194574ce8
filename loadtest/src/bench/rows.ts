import { hot, standalone, steady } from './fanout.js';
import { hundredThousand } from './hundred-thousand.js';
import { leak, leakHour } from './leak.js';
import { loopGap } from './loop-gap.js';
import { memory } from './memory.js';
import { peers } from './peers.js';
import type { Row } from './row.js';
import { sendRow } from './send.js';
import { slowReaders } from './slow-readers.js';
import { stormRow } from './storm.js';

/** Every row of `npm run bench`, in its order. */
export const rows: readonly Row[] = [
  steady,
  hot,
  stormRow,
  peers,
  standalone,
  loopGap,
  memory,
  slowReaders,
  leak,
  // From here on rows with clusters of their own.
  sendRow,
  leakHour,
  hundredThousand,
];
