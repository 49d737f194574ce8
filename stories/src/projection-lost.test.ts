import { tellProjectionLost } from './projection-lost.story.js';
import { inProcessWorld } from './world.in-process.js';

tellProjectionLost(inProcessWorld);
