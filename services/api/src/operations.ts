import { closeRoom } from './handlers/close-room.js';
import { createDemoSession } from './handlers/create-demo-session.js';
import { createRoom } from './handlers/create-room.js';
import { createToken } from './handlers/create-token.js';
import { getAddress } from './handlers/get-address.js';
import { getRoom } from './handlers/get-room.js';
import { kickMember } from './handlers/kick-member.js';
import { listMembers } from './handlers/list-members.js';
import { muteMember } from './handlers/mute-member.js';
import { openRoom } from './handlers/open-room.js';
import { readHistory } from './handlers/read-history.js';
import { sendMessage } from './handlers/send-message.js';
import { setRole } from './handlers/set-role.js';
import { timedMuteMember } from './handlers/timed-mute-member.js';
import { timedUnmuteMember } from './handlers/timed-unmute-member.js';
import { topRooms } from './handlers/top-rooms.js';
import { unmuteMember } from './handlers/unmute-member.js';
import { updateRoom } from './handlers/update-room.js';
import type { Operation } from './operation.js';

/** Everything that the server API can be asked, in the order of its documentation. */
export const operationsOf = (demo: boolean): readonly Operation[] => [
  createRoom,
  getRoom,
  updateRoom,
  openRoom,
  closeRoom,
  getAddress,
  sendMessage,
  readHistory,
  listMembers,
  muteMember,
  unmuteMember,
  timedMuteMember,
  timedUnmuteMember,
  kickMember,
  setRole,
  createToken,
  topRooms,
  ...(demo ? [createDemoSession] : []),
];
