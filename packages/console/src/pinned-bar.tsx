import type { Chat } from './chat.js';
import { textOf } from './words.js';

/** The message that managers have put above all others. */
export function PinnedBar({ chat }: { chat: Chat }) {
  const message = chat.marks.value.pinned?.message;
  if (message === undefined) return null;
  return (
    <div class="pinned" data-testid="pinned">
      <span class="tag">pinned</span>
      <span class="author">{message.nickname || message.account || 'Platform'}</span>
      <span class="pinned-text">{textOf(message)}</span>
    </div>
  );
}
