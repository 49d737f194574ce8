import * as audit from './audit/operations.js';
import * as cluster from './cluster/operations.js';
import * as accounts from './handlers/accounts.js';
import * as attributes from './handlers/attributes.js';
import * as bots from './handlers/bots.js';
import { createDemoSession } from './handlers/create-demo-session.js';
import { createRoom } from './handlers/create-room.js';
import { createToken } from './handlers/create-token.js';
import { eraseAccount } from './handlers/erase-account.js';
import { getAddress } from './handlers/get-address.js';
import * as keys from './handlers/keys.js';
import * as members from './handlers/members.js';
import * as messages from './handlers/messages.js';
import * as moderation from './handlers/moderation.js';
import * as queue from './handlers/queue.js';
import { readFiguresOfRoom } from './handlers/read-figures.js';
import { readHistory } from './handlers/read-history.js';
import * as recalls from './handlers/recalls.js';
import * as roomSettings from './handlers/room-settings.js';
import * as rooms from './handlers/rooms.js';
import { topRooms } from './handlers/top-rooms.js';
import type { Operation } from './operation.js';
import * as deadLetters from './webhooks/operations/dead-letters.js';
import * as deliveries from './webhooks/operations/delivery.js';
import * as webhooks from './webhooks/operations/endpoints.js';

/** Everything that the server API can be asked, in the order of its documentation. A family's file holds operations and nothing else. */
export const operationsOf = (demo: boolean): readonly Operation[] => [
  createRoom,
  ...Object.values(rooms),
  ...Object.values(roomSettings),
  ...Object.values(attributes),
  getAddress,
  ...Object.values(messages),
  readHistory,
  ...Object.values(recalls),
  ...Object.values(members),
  ...Object.values(moderation),
  ...Object.values(bots),
  ...Object.values(queue),
  ...Object.values(accounts),
  eraseAccount,
  createToken,
  ...Object.values(keys),
  ...Object.values(webhooks),
  ...Object.values(deliveries),
  ...Object.values(deadLetters),
  ...Object.values(audit),
  ...Object.values(cluster),
  topRooms,
  readFiguresOfRoom,
  ...(demo ? [createDemoSession] : []),
];
