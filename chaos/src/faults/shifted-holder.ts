import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runService, systemClock, type Clock } from '@plaza/kit';
import { composeRoomState, roomStateTable } from '@plaza/room-state';

/**
 * A room-state process whose clock can jump: on SIGUSR2 it is ahead by as many ms as `CHAOS_CLOCKS/<PLAZA_ID>` says from then on. Timers run as ever, as
 * they do when a machine's clock is set.
 */
let shiftMs = 0;
const file = join(process.env['CHAOS_CLOCKS'] ?? '', process.env['PLAZA_ID'] ?? '');
process.on('SIGUSR2', () => (shiftMs = Number(readFileSync(file, 'utf8'))));
const clock: Clock = { ...systemClock, now: () => systemClock.now() + shiftMs };

await runService({
  name: 'room-state',
  table: roomStateTable,
  exposure: (config) => ({ host: config.grpcHost, secrets: {} }),
  compose: (config) => composeRoomState(config, clock),
  env: process.env,
});
