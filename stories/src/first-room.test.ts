import { tellFirstRoom } from './first-room.story.js';
import { inProcessWorld } from './world.in-process.js';

tellFirstRoom(inProcessWorld);
