/** docs/roles.md, from the data that the rooms decide by. */

const intro = `# Roles

Made from \`packages/domain/src/roles.ts\` by \`node scripts/roles-doc.mjs\` after a build; not edited by hand. Rooms decide by the same data, and a test
walks every act, role of the operator and role of the target.

A session without a role in the room is a guest; without an account, an anonymous guest. The server API acts with the rights of the creator, or of the
operator that the request names.
`;

/** Words for the names of acts; a test checks that each act has one. */
export const words = {
  receive: 'receive what the room says',
  send: 'send messages',
  react: 'react',
  sendWhileRoomMuted: 'send while the room is muted',
  sendUnfiltered: 'send free of slow mode, gates, the same-text rule, links and blocked terms',
  setAdministrator: 'make somebody administrator, and take it away',
  setRegular: 'make somebody a regular member, and take it away',
  moderate: 'mute, mute for a time, block, kick: within reach, see below',
  changeRoom: 'mute the room or a tag, change its profile, settings and terms, bots, pin, recall messages of others',
  openAndClose: 'open and close the room, set a delayed close',
  queueForEveryone: 'write the queue where everyone may',
  queueForManagers: 'write the queue where managers may',
  resetQueue: 'make, empty, resize and delete the queue',
  writeAttributes: 'write attributes of the room',
  writeOthersAttributes: 'write attributes that belong to others',
  changeOwnProfile: 'change the own profile in the room',
  saveOwnProfile: 'keep the own profile in the room for later',
  changeOthersProfile: 'change the profile of others',
};

const mark = (yes) => (yes ? 'yes' : '-');
const table = (heads, rows) => [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const cellsOf = (roles, row) => roles.map((role) => mark(row[role]));

/** `roles`: the exports of the domain's roles. */
export function rolesPage({ acts, withinReach, keepsMarks, memberRoles }) {
  return [
    intro,
    '## Who may do what\n',
    table(
      ['act', ...memberRoles],
      Object.entries(acts).map(([act, row]) => [words[act], ...cellsOf(memberRoles, row)]),
    ),
    '\n## Whom an operator reaches\n',
    'A row an operator, a column a target: may he mute, block or kick it?\n',
    table(
      ['operator', ...memberRoles],
      memberRoles.map((role) => [role, ...cellsOf(memberRoles, withinReach[role])]),
    ),
    '\n## Who can be marked at all\n',
    'Mutes, blocks and roles are kept for accounts that have a name. Anonymous guests can only be kicked, and their devices blocked.\n',
    table(['', ...memberRoles], [['can be muted, blocked, promoted', ...cellsOf(memberRoles, keepsMarks)]]),
    '',
  ].join('\n');
}
