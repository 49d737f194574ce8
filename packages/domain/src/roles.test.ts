import { describe, expect, test } from '@jest/globals';
import { Role } from '@plaza/proto/client';
import { acts, may, roleName, type Act } from './roles.js';

/** One letter a role: creator, administrator, regular, guest, anonymous. */
const columns = [Role.ROLE_CREATOR, Role.ROLE_ADMINISTRATOR, Role.ROLE_REGULAR, Role.ROLE_GUEST, Role.ROLE_ANONYMOUS];
const table: Record<Act, string> = {
  receive: 'yyyyy',
  react: 'yyyyn',
  sendUnfiltered: 'yynnn',
  queueForEveryone: 'yyyyn',
  queueForManagers: 'yynnn',
  resetQueue: 'yynnn',
  writeAttributes: 'yyyyn',
  writeOthersAttributes: 'yynnn',
  changeOwnProfile: 'yyyyn',
  saveOwnProfile: 'yyynn',
  changeOthersProfile: 'yynnn',
  send: 'yyyyn',
  sendWhileRoomMuted: 'yynnn',
  setAdministrator: 'ynnnn',
  setRegular: 'yynnn',
  moderate: 'yynnn',
  changeRoom: 'yynnn',
  openAndClose: 'ynnnn',
};

describe('who may do what', () => {
  test.each(Object.entries(table) as [Act, string][])('%s: %s', (act, letters) => {
    expect(columns.map((role) => (may(role, act) ? 'y' : 'n')).join('')).toBe(letters);
  });

  test('every act is in the table', () => expect(Object.keys(table).sort()).toEqual(Object.keys(acts).sort()));

  test('an unset or unknown role is a guest', () => {
    expect(roleName(Role.ROLE_UNSPECIFIED)).toBe('guest');
    expect(roleName(99 as Role)).toBe('guest');
  });
});
