import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Chat } from './chat.js';
import { HeartButton } from './heart-button.js';

/** As the server counts: code points. */
const maxLength = 4096;

export function TalkBox({ chat }: { chat: Chat }) {
  const text = useSignal('');
  const input = useRef<HTMLTextAreaElement>(null);
  const length = [...text.value].length;
  const ready = chat.canSend.value && text.value.trim() !== '' && length <= maxLength;
  const send = (): void => {
    if (!ready) return;
    void chat.send(text.value.trim());
    text.value = '';
    input.current?.focus();
  };
  return (
    <form
      class="talk-box"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={input}
        data-testid="message-input"
        aria-label="message"
        placeholder={chat.phase.value === 'away' ? 'Goes out when the connection is back' : chat.silence.value || 'Say something'}
        rows={1}
        value={text.value}
        disabled={!chat.canSend.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      {length > maxLength - 200 && <span class={`left${length > maxLength ? ' over' : ''}`}>{maxLength - length}</span>}
      <HeartButton chat={chat} />
      <button type="submit" data-testid="send" disabled={!ready}>
        Send
      </button>
    </form>
  );
}
