import type { Batch, Event, Reply, Signal } from '@plaza/proto/client';
import { markOf } from '../mark.js';
import type { Ask, ClientRecord, Note, SeenEvent, SentCommand } from '../records.js';
import type { ClientPlan } from './plan.js';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type News = Without<Note, 'at'>;

/** One object an event, however many clients saw it: of the same place and the same content. */
export class EventPool {
  readonly #rooms = new Map<string, Map<number, SeenEvent>>();

  seen(room: string, event: Event): SeenEvent {
    let known = this.#rooms.get(room);
    if (known === undefined) this.#rooms.set(room, (known = new Map<number, SeenEvent>()));
    const mark = markOf(event);
    const same = known.get(event.position);
    if (same?.mark === mark) return same;
    const seen = { position: event.position, kind: event.kind?.$case ?? '', mark };
    known.set(event.position, seen);
    return seen;
  }
}

/** Writes down what happens to one client, and judges nothing. */
export class Recorder {
  readonly #notes: Note[] = [];
  readonly #commands: SentCommand[] = [];
  readonly #signals = new Map<string, string>();

  constructor(
    private readonly plan: ClientPlan,
    private readonly pool: EventPool,
  ) {}

  note(news: News): void {
    this.#notes.push({ at: performance.now(), ...news });
  }

  command(room: string, ask: Ask, commandId: string): SentCommand {
    const sent = { command: this.#commands.length, commandId, room, ask };
    this.#commands.push(sent);
    return sent;
  }

  batch(connection: number, { room, prev, last, events }: Batch): void {
    this.note({ kind: 'batch', connection, room, prev, last, events: events.map((event) => this.pool.seen(room, event)) });
  }

  reply(connection: number, command: number, reply: Reply): void {
    this.note({ kind: 'reply', connection, id: reply.id, command, reply: lighter(reply) });
  }

  signal(connection: number, { room, head, stale, settling }: Signal): void {
    const news = `${connection} ${head} ${stale} ${settling}`;
    if (this.#signals.get(room) === news) return;
    this.#signals.set(room, news);
    this.note({ kind: 'signal', connection, room, head, stale, settling });
  }

  get record(): ClientRecord {
    const { client, account, device, tags } = this.plan;
    return { client, account, device, tags, notes: this.#notes, commands: this.#commands };
  }
}

/** Pages are not judged by what a client read on the way; the readers read them whole at the end. */
function lighter(reply: Reply): Reply {
  if (reply.result?.$case === 'historyPage')
    return { ...reply, result: { $case: 'historyPage', value: { ...reply.result.value, events: [] } } };
  if (reply.result?.$case === 'memberPage')
    return { ...reply, result: { $case: 'memberPage', value: { ...reply.result.value, members: [] } } };
  return reply;
}
