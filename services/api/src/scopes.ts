/** What an API key may do. `*` is everything. */
export const scopes = [
  'rooms:read',
  'rooms:write',
  'members:write',
  'messages:write',
  'history:read',
  'tokens:write',
  'accounts:write',
  'figures:read',
  'keys:write',
  'webhooks:write',
  'audit:read',
  'cluster:read',
  'cluster:write',
] as const;
export type Scope = (typeof scopes)[number];
export const everything = '*';

/** Whether a key with these scopes may do what needs this one. */
export const allows = (held: readonly string[], needed: Scope): boolean => held.includes(everything) || held.includes(needed);
