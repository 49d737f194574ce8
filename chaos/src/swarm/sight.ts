import { QueueChange, type Event, type QueueElement } from '@plaza/proto/client';

/** So many of the newest messages can be recalled or repeated. */
const remembered = 50;

interface Said {
  readonly position: number;
  readonly account: string;
}

/**
 * What the swarm as a whole has seen of a room: enough to choose acts that mean something. It is no model and proves nothing: it may be behind, and
 * the acts that are chosen by it may be refused.
 */
export class Sight {
  #last = 0;
  readonly queue = new Map<string, QueueElement>();
  readonly attributes = new Map<string, number>();
  /** What has to be lifted, by account. */
  readonly restrained = new Map<string, Set<'muted' | 'timed-muted' | 'blocked'>>();
  readonly managers = new Set<string>();
  roomMuted = false;
  readonly mutedTags = new Set<string>();
  said: Said[] = [];

  constructor(readonly creator: string) {
    this.managers.add(creator);
  }

  take(event: Event): void {
    if (event.position <= this.#last) return;
    this.#last = event.position;
    const { kind } = event;
    if (kind?.$case === 'message') this.#say({ position: event.position, account: kind.value.account });
    else if (kind?.$case === 'queueChanged') this.#queueChanged(kind.value.change, kind.value.elements);
    else if (kind?.$case === 'attributesChanged') {
      for (const { key, revision } of kind.value.set) this.attributes.set(key, revision);
      for (const key of kind.value.removed) this.attributes.delete(key);
    } else if (kind?.$case === 'roleChanged') this.#roleChanged(event.targets, kind.value.role);
    else if (kind?.$case === 'roomMuted' || kind?.$case === 'roomUnmuted') this.roomMuted = kind.$case === 'roomMuted';
    else if (kind?.$case === 'tagMuted') this.mutedTags.add(kind.value.tag);
    else if (kind?.$case === 'tagUnmuted') this.mutedTags.delete(kind.value.tag);
    else this.#restraint(event);
  }

  #say(said: Said): void {
    this.said.push(said);
    if (this.said.length > 2 * remembered) this.said = this.said.slice(-remembered);
  }

  #queueChanged(change: QueueChange, elements: readonly QueueElement[]): void {
    const isWritten = change === QueueChange.QUEUE_CHANGE_OFFER || change === QueueChange.QUEUE_CHANGE_UPDATE;
    if (change === QueueChange.QUEUE_CHANGE_DROP || change === QueueChange.QUEUE_CHANGE_DELETE) this.queue.clear();
    for (const element of elements) {
      if (isWritten) this.queue.set(element.key, element);
      else this.queue.delete(element.key);
    }
  }

  #roleChanged(targets: readonly string[], role: number): void {
    for (const account of targets) {
      if (role >= 4) this.managers.add(account);
      else this.managers.delete(account);
    }
  }

  #restraint({ kind, targets }: Event): void {
    for (const account of targets) {
      const known = this.restrained.get(account) ?? new Set();
      if (kind?.$case === 'muted') known.add('muted');
      if (kind?.$case === 'timedMuted') known.add('timed-muted');
      if (kind?.$case === 'blocked') known.add('blocked');
      if (kind?.$case === 'unmuted') known.delete('muted');
      if (kind?.$case === 'timedUnmuted') known.delete('timed-muted');
      if (kind?.$case === 'unblocked') known.delete('blocked');
      if (kind?.$case === 'blocked') this.managers.delete(account);
      if (known.size > 0) this.restrained.set(account, known);
      else this.restrained.delete(account);
    }
  }
}
