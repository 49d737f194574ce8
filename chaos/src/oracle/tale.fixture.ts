import { Event, MessageClass, MessageOptions, Role, type Reply } from '@plaza/proto/client';
import { Record, RoomBatch } from '@plaza/proto/log';
import { markOf } from '../mark.js';
import type { Ask, ClientRecord, Note, PlatformAct, Records, SentCommand } from '../records.js';
import type { LoggedRecord, Readers } from '../readings.js';
import { evidenceOf } from './evidence.js';
import type { Finding, Rule } from './rule.js';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type News = Without<Note, 'at' | 'connection'> & { readonly at?: number; readonly connection?: number };

/** A run of one room written by hand, for tables of good and bad evidence. Positions are small; times are in ms. */
export class Tale {
  readonly #clients = new Map<string, { record: ClientRecord; notes: Note[]; commands: SentCommand[] }>();
  readonly #log: LoggedRecord[] = [];
  readonly #platform: PlatformAct[] = [];
  #position = 0;
  #epoch = 0;
  #at = 1000;
  readonly room = 'lobby';

  /** What happens from now on happens so much later. */
  pass(ms: number): this {
    this.#at += ms;
    return this;
  }

  note(name: string, news: News): void {
    this.#client(name).notes.push({ at: this.#at, connection: 1, ...news });
  }

  /** Joins at a head and sees everything from there (or from `after`) on. */
  join(
    name: string,
    head = this.#position,
    after?: number,
    more: Partial<{ complete: boolean; completeFrom: number; connection: number }> = {},
  ): void {
    const { connection = 1, complete = true, completeFrom = 0 } = more;
    const join = { after, nickname: '', avatar: '', ext: '', tags: [], noticeAudience: '' };
    const command = this.ask(name, { $case: 'join', value: join }, '', connection);
    const value = { self: undefined, room: undefined, complete, completeFrom, recent: [] };
    this.answer(name, command, { $case: 'joined', value }, head, connection);
  }

  ask(name: string, ask: Ask, commandId = `${name}-${this.#client(name).commands.length}`, connection = 1): number {
    const { commands } = this.#client(name);
    commands.push({ command: commands.length, commandId, room: this.room, ask });
    return this.again(name, commands.length - 1, connection);
  }

  /** Sends a command once more. */
  again(name: string, command: number, connection = 1): number {
    const sent = this.#client(name).notes.filter(({ kind }) => kind === 'sent').length;
    this.note(name, { kind: 'sent', id: sent + 1, command, connection });
    return command;
  }

  answer(name: string, command: number, result: NonNullable<Reply['result']>, head = this.#position, connection = 1): void {
    const id = this.#client(name).notes.findLast((note) => note.kind === 'sent' && note.command === command) as Extract<
      Note,
      { kind: 'sent' }
    >;
    this.note(name, { kind: 'reply', id: id.id, command, reply: { id: id.id, head, result }, connection });
  }

  say(name: string, options: Partial<MessageOptions> = {}): number {
    const body = { ext: '', content: { $case: 'text', value: { text: `${name} ${this.#client(name).commands.length}` } } } as const;
    const all = { ...MessageOptions.create({}), ...options };
    return this.ask(name, { $case: 'sendMessage', value: { body, options: all } });
  }

  /** What the log then has of a message. */
  messageOf(name: string, command: number): Partial<Event> {
    const { commandId, ask } = this.#client(name).commands[command]!;
    if (ask.$case !== 'sendMessage') throw new Error(`${name} ${command} is no message`);
    const account = name.split('/')[0]!;
    const value = {
      account,
      nickname: '',
      avatar: '',
      role: Role.ROLE_GUEST,
      body: ask.value.body,
      class: MessageClass.MESSAGE_CLASS_NORMAL,
      commandId,
      platformExt: '',
      labels: [],
      masked: false,
      notAgain: false,
    };
    return { operator: account, kind: { $case: 'message', value } };
  }

  /** One record with one event; answers its position. */
  log(event: Partial<Event>, more: { audience?: string | undefined; stored?: boolean; commandId?: string; apiKey?: string } = {}): number {
    const prev = this.#position;
    const position = (this.#position += 10);
    const whole = { ...Event.create({}), timeMs: this.#at, ...event, position };
    const audience =
      'audience' in more
        ? more.audience === undefined
          ? { kind: { $case: 'nobody', value: true } as const }
          : { kind: { $case: 'tags', value: more.audience } as const }
        : undefined;
    const logged = {
      position,
      event: Event.encode(whole).finish(),
      stored: more.stored ?? true,
      audience,
      asker: whole.operator,
      commandId: more.commandId ?? '',
      reply: new Uint8Array(),
      command: 0,
      ...(more.apiKey === undefined ? {} : { apiKey: more.apiKey }),
    };
    const batch = { ...RoomBatch.create({}), room: this.room, prev, last: position, events: [logged] };
    this.append({ batches: [batch] });
    return position;
  }

  /** The server API called an act done, at this position. */
  managed(event: string, account: string, position: number): void {
    const commandId = `platform-${this.#platform.length + 1}`;
    this.#platform.push({ at: this.#at, room: this.room, event, account, commandId, answer: 'done', answeredAt: this.#at, position });
  }

  append(record: Partial<Record>): void {
    const sequence = this.#log.length + 1;
    const common = { ...Record.create({}), timeMs: this.#at, epoch: this.#epoch };
    this.#log.push({ shard: 0, sequence, expected: sequence - 1, record: { ...common, ...record } });
  }

  /** Somebody takes the shard over; what is appended from now on is by the new holder. */
  claim(): void {
    this.append({ epoch: 0, claim: { holder: 'next', address: '' } });
    this.#epoch = this.#log.length;
  }

  /** One of the room, with nothing in it. */
  batch(): RoomBatch {
    return RoomBatch.fromPartial({ room: this.room, prev: this.#position, last: this.#position });
  }

  get records(): readonly LoggedRecord[] {
    return this.#log;
  }

  /** Says a message that is accepted and logged; answers its position. */
  accepted(name: string, options: Parameters<Tale['say']>[1] = {}): number {
    const command = this.say(name, options);
    const position = this.log(this.messageOf(name, command), { commandId: this.commandId(name, command), stored: options.store ?? true });
    this.answer(name, command, { $case: 'accepted', value: { messageId: String(position), position } });
    return position;
  }

  commandId(name: string, command: number): string {
    return this.#client(name).commands[command]!.commandId;
  }

  /** A client sees what the log has at these positions, as one batch. */
  see(name: string, prev: number, last: number, positions: readonly number[] = [last], connection = 1): void {
    const events = positions.map((position) => {
      const event = this.event(position);
      return { position, kind: event.kind?.$case ?? '', mark: markOf(event) };
    });
    this.note(name, { kind: 'batch', room: this.room, prev, last, events, connection });
  }

  event(position: number): Event {
    const all = this.#log.flatMap(({ record }) => record.batches.flatMap((batch) => batch.events));
    return Event.decode(all.find((one) => one.position === position)!.event);
  }

  /** What a rule finds. `lastCall` 0: there was none. */
  judge(rule: Rule, readers: Readers = {}, lastCall = 0): Finding {
    const records: Records = {
      seed: 1,
      originMs: 0,
      startedAt: 0,
      quietAt: this.#at + 10,
      stoppedAt: this.#at + 20,
      graceMs: 1500,
      ...{ absenceSlackMs: 1000, edgeGraceMs: 500, settlingMs: 2000 },
      rooms: [{ room: this.room, creator: 'host', hot: true }],
      lastCalls: lastCall === 0 ? [] : [{ room: this.room, position: lastCall }],
      clients: [...this.#clients.values()].map(({ record }) => record),
      platform: this.#platform,
    };
    return rule.judge(evidenceOf(records, { log: this.#log, ...readers }));
  }

  #client(name: string): { record: ClientRecord; notes: Note[]; commands: SentCommand[] } {
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const [notes, commands]: [Note[], SentCommand[]] = [[], []];
    // A client is called as its account; tags stand behind a slash: `ann/red,vip`.
    const [account = '', tags = ''] = name.split('/');
    const made = {
      record: { client: name, account, device: 'd', tags: tags === '' ? [] : tags.split(','), notes, commands },
      notes,
      commands,
    };
    this.#clients.set(name, made);
    return made;
  }
}

/** What was found wrong, in short. */
export const wrongs = ({ charges }: Finding): string[] => charges.map(({ evidence }) => evidence);
