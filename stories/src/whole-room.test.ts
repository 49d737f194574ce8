import { tellWholeRoom } from './whole-room.js';
import { inProcessWorld } from './world.in-process.js';

tellWholeRoom(inProcessWorld);
