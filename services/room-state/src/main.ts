import { runService } from '@plaza/kit';
import { composeRoomState } from './compose.js';
import { roomStateTable } from './config.js';

await runService({
  name: 'room-state',
  table: roomStateTable,
  exposure: (config) => ({ host: config.grpcHost, secrets: {} }),
  compose: composeRoomState,
  env: process.env,
});
