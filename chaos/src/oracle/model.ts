import { QueueChange, Role, type Attribute, type Event, type QueueElement } from '@plaza/proto/client';

export interface ModelMember {
  role: Role;
  muted: boolean;
  mutedUntilMs: number;
  blocked: boolean;
  level: number;
}

type Kind = NonNullable<Event['kind']>;
type ValueOf<C extends Kind['$case']> = Extract<Kind, { $case: C }>['value'];

/** The judge's own idea of a room: what follows from its logged events by `docs/` alone. */
export class Model {
  readonly members = new Map<string, ModelMember>();
  /** In its order. */
  queue: Map<string, QueueElement> | undefined;
  size = 0;
  readonly attributes = new Map<string, Attribute>();
  roomMuted = false;
  readonly mutedTags = new Set<string>();

  /** Takes the next event; answers what about it cannot be, as the room was. */
  take(event: Event): string | undefined {
    const { kind, targets } = event;
    switch (kind?.$case) {
      case 'roomCreated':
        this.#member(kind.value.creator).role = Role.ROLE_CREATOR;
        return undefined;
      case 'muted':
      case 'unmuted':
        return this.#each(targets, (member) => change(member.muted, kind.$case === 'muted', (muted) => (member.muted = muted)));
      case 'blocked':
        return this.#each(targets, (member) => {
          member.role = Role.ROLE_GUEST;
          return change(member.blocked, true, (blocked) => (member.blocked = blocked));
        });
      case 'unblocked':
        return this.#each(targets, (member) => change(member.blocked, false, (blocked) => (member.blocked = blocked)));
      case 'timedMuted':
        return this.#each(targets, (member) => void (member.mutedUntilMs = kind.value.untilMs));
      case 'timedUnmuted':
        return this.#each(targets, (member) => {
          const was = member.mutedUntilMs;
          member.mutedUntilMs = 0;
          return was === 0 ? 'had no timed mute' : undefined;
        });
      case 'roleChanged':
        return this.#each(targets, (member) => {
          const was = member.role;
          member.role = kind.value.role;
          return was === kind.value.previous ? undefined : `had role ${was}, not ${kind.value.previous}`;
        });
      case 'memberUpdated':
        return this.#each(targets, (member) => void (member.level = kind.value.changes?.level ?? member.level));
      case 'roomMuted':
      case 'roomUnmuted':
        return change(this.roomMuted, kind.$case === 'roomMuted', (muted) => (this.roomMuted = muted));
      case 'tagMuted':
        this.mutedTags.add(kind.value.tag);
        return undefined;
      case 'tagUnmuted':
        return this.mutedTags.delete(kind.value.tag) ? undefined : `the tag ${kind.value.tag} was not muted`;
      case 'attributesChanged':
        return this.#attributesChanged(kind.value, event);
      case 'queueChanged':
        return this.#queueChanged(kind.value, event);
      default:
        return undefined;
    }
  }

  elementsOf(owner: string): QueueElement[] {
    return [...(this.queue?.values() ?? [])].filter((element) => element.transient && element.owner === owner);
  }

  /** What goes when this account is gone. */
  boundTo(owner: string): { readonly key: string; readonly revision: number }[] {
    return [...this.elementsOf(owner), ...this.#attributesOf(owner)];
  }

  #attributesOf(owner: string): Attribute[] {
    return [...this.attributes.values()].filter((attribute) => attribute.withOwner && attribute.owner === owner);
  }

  #member(account: string): ModelMember {
    const known = this.members.get(account) ?? { role: Role.ROLE_GUEST, muted: false, mutedUntilMs: 0, blocked: false, level: 0 };
    this.members.set(account, known);
    return known;
  }

  #each(accounts: readonly string[], task: (member: ModelMember) => string | undefined): string | undefined {
    const complaints = accounts.map((account) => task(this.#member(account)));
    return complaints.find((one) => one !== undefined);
  }

  #attributesChanged({ set, removed }: ValueOf<'attributesChanged'>, { position, operator, targets }: Event): string | undefined {
    const [owner] = targets;
    const due = operator === '' && set.length === 0 && owner !== undefined ? this.#attributesOf(owner).map(({ key }) => key) : removed;
    const unknown = removed.find((key) => !this.attributes.has(key));
    for (const key of removed) this.attributes.delete(key);
    for (const attribute of set) this.attributes.set(attribute.key, attribute);
    const wrong = set.find(({ revision }) => revision !== position);
    if ([...due].sort().join() !== [...removed].sort().join())
      return `${owner} left: the attributes ${removed.join()} went, ${due.join()} were bound to it`;
    if (unknown !== undefined) return `removed the attribute ${unknown}, which was not there`;
    return wrong && `gave the attribute ${wrong.key} revision ${wrong.revision}`;
  }

  #queueChanged({ change: what, elements, size }: ValueOf<'queueChanged'>, event: Event): string | undefined {
    if (what === QueueChange.QUEUE_CHANGE_INIT) {
      this.queue ??= new Map();
      this.size = size;
      return this.queue.size > size ? `${this.queue.size} elements in a queue of ${size}` : undefined;
    }
    if (this.queue === undefined) return 'changed a queue that is not there';
    if (what === QueueChange.QUEUE_CHANGE_OFFER || what === QueueChange.QUEUE_CHANGE_UPDATE)
      return this.#put(elements, what, event.position);
    if (what === QueueChange.QUEUE_CHANGE_POLL) return this.#take(elements);
    if (what === QueueChange.QUEUE_CHANGE_OWNER_LEFT) {
      const due = this.elementsOf(event.targets[0] ?? '').map(({ key }) => key);
      const complaint = this.#take(elements);
      const gone = elements.map(({ key }) => key);
      return (
        complaint ??
        (due.join() === gone.join() ? undefined : `${event.targets.join()} left: ${gone.join()} went, ${due.join()} were theirs`)
      );
    }
    this.queue.clear();
    if (what === QueueChange.QUEUE_CHANGE_DELETE) this.queue = undefined;
    return undefined;
  }

  #put(elements: readonly QueueElement[], what: QueueChange, position: number): string | undefined {
    const queue = this.queue!;
    const unknown = what === QueueChange.QUEUE_CHANGE_UPDATE ? elements.find(({ key }) => !queue.has(key)) : undefined;
    for (const element of elements) queue.set(element.key, element);
    if (unknown !== undefined) return `updated ${unknown.key}, which was not in the queue`;
    if (queue.size > this.size) return `${queue.size} elements in a queue of ${this.size}`;
    const wrong = elements.find(({ revision }) => revision !== position);
    return wrong && `gave ${wrong.key} revision ${wrong.revision}`;
  }

  #take(elements: readonly QueueElement[]): string | undefined {
    const missing = elements.find(({ key }) => !this.queue!.has(key));
    for (const { key } of elements) this.queue!.delete(key);
    return missing && `took ${missing.key}, which was not in the queue`;
  }
}

function change(was: boolean, will: boolean, set: (value: boolean) => void): string | undefined {
  set(will);
  return was === will ? `was ${String(was)} already` : undefined;
}
