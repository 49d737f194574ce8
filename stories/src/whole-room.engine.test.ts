import { tellWholeRoom } from './whole-room.js';
import { processesWorld } from './world.processes.js';

tellWholeRoom(processesWorld);
