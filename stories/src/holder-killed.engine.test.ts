import { tellHolderKilled } from './holder-killed.story.js';
import { processesWorld } from './world.processes.js';

tellHolderKilled(processesWorld, { sessions: 2000, kills: 5 });
