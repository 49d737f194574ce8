import type { Chat } from './chat.js';

export function HeartButton({ chat: { hearts, canSend } }: { chat: Chat }) {
  const total = hearts.total.value;
  const why = hearts.why.value;
  return (
    <button
      type="button"
      class="heart"
      data-testid="heart"
      disabled={!canSend.value}
      title={why === '' ? 'send a heart' : why}
      aria-label={`send a heart; ${total} so far`}
      onClick={() => hearts.give()}
    >
      <span class="beat" key={total} aria-hidden="true">
        ♥
      </span>
      <span data-testid="hearts">{total}</span>
    </button>
  );
}
