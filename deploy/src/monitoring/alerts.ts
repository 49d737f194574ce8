import type { Alert } from './alerts/alert.js';
import { doors } from './alerts/doors.js';
import { engines } from './alerts/engines.js';
import { platform } from './alerts/platform.js';
import { processes } from './alerts/processes.js';
import { readers } from './alerts/readers.js';
import { rooms } from './alerts/rooms.js';

export type { Alert, Firing, Series } from './alerts/alert.js';

/** In the order of the rules' file. */
export const alerts: readonly Alert[] = [...processes, ...rooms, ...readers, ...doors, ...platform, ...engines];
