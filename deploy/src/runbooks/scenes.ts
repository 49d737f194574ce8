import type { Scenes } from './scenes/common.js';
import { nats } from './scenes/nats.js';
import { ours } from './scenes/ours.js';
import { platform } from './scenes/platform.js';
import { stores } from './scenes/stores.js';

/** In this order: what leaves the log with a hole comes last. */
export const scenes: Scenes = { ...ours, ...nats, ...platform, ...stores };
