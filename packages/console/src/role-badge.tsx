import { Role } from '@plaza/client';
import { roleName } from './words.js';

const shown: ReadonlySet<Role> = new Set([Role.ROLE_CREATOR, Role.ROLE_ADMINISTRATOR, Role.ROLE_REGULAR]);

/** Guests have none. */
export function RoleBadge({ role }: { role: Role }) {
  return shown.has(role) ? <span class={`tag role-${role}`}>{roleName(role)}</span> : null;
}
