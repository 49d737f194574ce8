import { noState, type Appliers } from './applier.js';

export const queueEvents: Appliers<'queueChanged'> = { queueChanged: noState };
