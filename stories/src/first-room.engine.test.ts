import { tellFirstRoom } from './first-room.story.js';
import { processesWorld } from './world.processes.js';

tellFirstRoom(processesWorld);
