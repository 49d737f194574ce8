import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Event, Message } from '@plaza/client';
import { Avatar } from './avatar.js';
import type { Chat, Draft } from './chat.js';
import { RoleBadge } from './role-badge.js';
import { continues, sameDay } from './timeline.js';
import { sentencesOf, textOf } from './words.js';

/** So close to the end counts as reading along. */
const nearEndPx = 80;

export function MessageList({ chat }: { chat: Chat }) {
  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const behind = useSignal(false);
  const events = chat.shown.value;
  const drafts = chat.drafts.value;
  const newest = events.at(-1)?.position;
  const present = new Map(chat.members.value.map(({ account, nickname }) => [account, nickname]));
  const sentences = sentencesOf(events, chat.account.value, present);
  const toEnd = (): void => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
    behind.value = false;
  };
  useLayoutEffect(() => {
    if (following.current) toEnd();
    else behind.value = true;
  }, [newest, drafts.length]);
  useEffect(() => {
    const seen = new ResizeObserver(() => following.current && toEnd());
    if (box.current !== null) seen.observe(box.current);
    return () => seen.disconnect();
  }, []);
  return (
    <div class="list-frame">
      <div
        class="list"
        ref={box}
        role="log"
        aria-label="messages"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          following.current = scrollHeight - scrollTop - clientHeight < nearEndPx;
          if (following.current) behind.value = false;
        }}
      >
        {chat.older.value && (
          <button class="older" data-testid="older" onClick={() => void chat.showOlder()}>
            Earlier messages
          </button>
        )}
        {events.length === 0 && drafts.length === 0 && chat.phase.value === 'online' && (
          <p class="empty">Nothing was said here yet. Say hello.</p>
        )}
        {events.map((event, index) => (
          <Line key={event.position} chat={chat} event={event} before={events[index - 1]} sentence={sentences[index]} />
        ))}
        {drafts.map((draft) => (
          <DraftLine key={draft.commandId} chat={chat} draft={draft} />
        ))}
      </div>
      {behind.value && (
        <button class="to-end" onClick={toEnd}>
          New messages
        </button>
      )}
    </div>
  );
}

interface LineProps {
  readonly chat: Chat;
  readonly event: Event;
  readonly before: Event | undefined;
  readonly sentence: string | undefined;
}

function Line({ chat, event, before, sentence }: LineProps) {
  const day = before !== undefined && sameDay(before.timeMs, event.timeMs) ? undefined : dayOf(event.timeMs);
  return (
    <>
      {day !== undefined && <div class="day">{day}</div>}
      {event.kind?.$case === 'message' ? (
        <MessageLine chat={chat} event={event} message={event.kind.value} joined={day === undefined && continues(event, before)} />
      ) : (
        sentence !== undefined && (
          <div class="notice" data-testid="notice">
            {sentence} <time>{timeOf(event.timeMs)}</time>
          </div>
        )
      )}
    </>
  );
}

function MessageLine({ chat, event, message, joined }: { chat: Chat; event: Event; message: Message; joined: boolean }) {
  const { account, nickname } = message;
  const own = account !== '' && account === chat.account.value;
  const name = nickname || account || 'Platform';
  return (
    <article class={`message${own ? ' own' : ''}${joined ? ' joined' : ''}`} data-testid="message" data-own={own}>
      {!joined && <Avatar account={account} name={name} />}
      <div class="said">
        {!joined && (
          <div class="by">
            <span class="author">{name}</span>
            {own && <span class="you">you</span>}
            <RoleBadge role={message.role} />
            <time>{timeOf(event.timeMs)}</time>
          </div>
        )}
        <div class="text" data-testid="text">
          {textOf(message)}
        </div>
        {message.masked && (
          <span class="tag" title="parts of it were masked by the rules of the room">
            masked
          </span>
        )}
      </div>
    </article>
  );
}

function DraftLine({ chat, draft: { commandId, text, failed } }: { chat: Chat; draft: Draft }) {
  return (
    <article class={`message own draft${failed === undefined ? '' : ' failed'}`} data-testid="draft">
      <div class="said">
        <div class="text">{text}</div>
        {failed !== undefined && (
          <div class="failure" role="alert">
            Not sent: {failed} <button onClick={() => chat.dropDraft(commandId)}>Dismiss</button>
          </div>
        )}
      </div>
    </article>
  );
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const calendar = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const timeOf = (ms: number): string => clock.format(ms);
const dayOf = (ms: number): string => (sameDay(ms, Date.now()) ? 'Today' : calendar.format(ms));
