import { useSignal } from '@preact/signals';
import type { Chat, Phase } from './chat.js';
import { maxNameLength, tidyName } from './guest-name.js';
import { MessageList } from './message-list.js';
import { People } from './people.js';
import { PinnedBar } from './pinned-bar.js';
import { TalkBox } from './talk-box.js';

export function App({ chat }: { chat: Chat }) {
  return (
    <div class="page">
      <header class="bar">
        <h1 class="room">{chat.roomId}</h1>
        <Online chat={chat} />
        <State chat={chat} />
        <OwnName chat={chat} />
      </header>
      <div class="columns">
        <main class="talk">
          <PinnedBar chat={chat} />
          <MessageList chat={chat} />
          <Removal chat={chat} />
          <TalkBox chat={chat} />
        </main>
        <People chat={chat} />
      </div>
    </div>
  );
}

function Online({ chat }: { chat: Chat }) {
  const count = chat.online.value;
  return (
    <span class="online" title="people in the room">
      <span data-testid="count">{count ?? '–'}</span> online
    </span>
  );
}

const phaseWords: Record<Phase, string> = {
  connecting: 'connecting…',
  online: 'connected',
  away: 'reconnecting…',
  removed: 'removed',
  closed: 'disconnected',
};

function State({ chat }: { chat: Chat }) {
  const phase = chat.phase.value;
  const stale = phase === 'online' && chat.stale.value;
  return (
    <span class={`state state-${stale ? 'away' : phase}`} data-testid="state" data-state={phase} role="status" title={chat.why.value}>
      {stale ? 'catching up…' : phaseWords[phase]}
    </span>
  );
}

function OwnName({ chat }: { chat: Chat }) {
  const editing = useSignal(false);
  if (!editing.value) {
    return (
      <button class="own-name" data-testid="own-name" title="change your name" onClick={() => (editing.value = true)}>
        {chat.name.value}
      </button>
    );
  }
  const done = (text: string): void => {
    if (!editing.value) return;
    editing.value = false;
    void chat.rename(tidyName(text) ?? chat.name.value);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        done(new FormData(event.currentTarget).get('name') as string);
      }}
    >
      <input
        class="own-name"
        name="name"
        data-testid="own-name-input"
        aria-label="your name"
        maxLength={maxNameLength}
        defaultValue={chat.name.value}
        ref={(input) => input?.select()}
        onBlur={(event) => done(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') editing.value = false;
        }}
      />
    </form>
  );
}

function Removal({ chat }: { chat: Chat }) {
  const phase = chat.phase.value;
  if (phase !== 'removed' && phase !== 'closed') return null;
  return (
    <div class="removal" role="alert" data-testid="removal">
      <span>
        {phase === 'removed' ? 'You are not in this room any more' : 'The connection has ended'}
        {chat.why.value === '' ? '.' : `: ${chat.why.value}`}
      </span>
      <button onClick={() => void chat.enterAgain()}>Enter again</button>
    </div>
  );
}
