import { Role } from '@plaza/client';
import { Avatar } from './avatar.js';
import type { Chat } from './chat.js';
import { roleName } from './words.js';

const shownRoles: ReadonlySet<Role> = new Set([Role.ROLE_CREATOR, Role.ROLE_ADMINISTRATOR]);

/** Who is in the room: the first hundred by the time of their entry. */
export function People({ chat }: { chat: Chat }) {
  const members = chat.members.value;
  const more = Math.max(0, (chat.online.value ?? 0) - members.length);
  return (
    <aside class="people" aria-label="people in the room">
      <h2>In the room</h2>
      <ul data-testid="members">
        {members.map(({ account, nickname, role, muted, timedMuteLeftSeconds }) => (
          <li key={account} data-testid="member">
            <Avatar account={account} name={nickname || account} />
            <span class="who">{nickname || account}</span>
            {account === chat.account.value && <span class="you">you</span>}
            {shownRoles.has(role) && <span class="tag">{roleName(role)}</span>}
            {(muted || timedMuteLeftSeconds > 0) && <span class="tag">muted</span>}
          </li>
        ))}
      </ul>
      {more > 0 && members.length >= 100 && <p class="more">and {more} more</p>}
    </aside>
  );
}
