import { tellHolderKilled } from './holder-killed.story.js';
import { inProcessWorld } from './world.in-process.js';

tellHolderKilled(inProcessWorld, { sessions: 200, kills: 3 });
