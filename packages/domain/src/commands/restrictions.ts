import { refused } from '../outcome.js';
import type { Command, Context, Decision, RoomState } from '../types.js';

/** The room of accounts: what holds for an account in all rooms. It is there without being created, nobody enters it, and only the server API asks it. */
export function decideAboutAccounts(_room: RoomState, _command: Command, _context: Context): Decision {
  return refused('bad-request', 'not there yet');
}
