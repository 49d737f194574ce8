import { tellProjectionLost } from './projection-lost.story.js';
import { processesWorld } from './world.processes.js';

tellProjectionLost(processesWorld);
