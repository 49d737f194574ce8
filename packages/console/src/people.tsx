import { Avatar } from './avatar.js';
import type { Chat } from './chat.js';
import { RoleBadge } from './role-badge.js';
import { spanOf } from './words.js';

/** Who is in the room: the first hundred by the time of their entry. */
export function People({ chat }: { chat: Chat }) {
  const members = chat.members.value;
  const more = Math.max(0, (chat.online.value ?? 0) - members.length);
  return (
    <aside class="people" aria-label="people in the room">
      <h2>In the room</h2>
      <ul data-testid="members">
        {members.map(({ account, nickname, role, muted, timedMuteLeftSeconds, bot }) => (
          <li key={account} data-testid="member">
            <Avatar account={account} name={nickname || account} />
            <span class="who">{nickname || account}</span>
            {account === chat.account.value && <span class="you">you</span>}
            <RoleBadge role={role} />
            {bot && <span class="tag">bot</span>}
            {(muted || timedMuteLeftSeconds > 0) && (
              <span class="tag silent" data-testid="muted" title={muted ? 'until lifted' : `for ${spanOf(timedMuteLeftSeconds)}`}>
                muted
              </span>
            )}
          </li>
        ))}
      </ul>
      {more > 0 && members.length >= 100 && <p class="more">and {more} more</p>}
    </aside>
  );
}
