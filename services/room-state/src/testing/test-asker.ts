import type { AttachedAsker, RoomDoor } from '@plaza/bus';
import type { Command } from '@plaza/domain';
import { ClientFrame, Direct, Reply } from '@plaza/proto/client';
import { EntryOutcome, SessionFacts, type BulkAnswer, type BulkAsk, type EndSession, type Entry, type EntryReply } from '@plaza/proto/room';
import { encodeCommand } from '@plaza/protocol';
import type { FakeClock } from '@plaza/testkit';

export type Answer = Reply | 'not-holder' | 'unknown-session';

export const factsOf = (session: number, room: string, account: string, more: Partial<SessionFacts> = {}): SessionFacts =>
  SessionFacts.create({ session, room, account, deviceKind: 'web', nickname: account, ...more });

/** A command as a JSON client would write it: `{ muteMember: { account: 'bob' } }`. */
export function commandOf(json: Record<string, unknown>): Command {
  const { body } = ClientFrame.fromJSON(json);
  if (body === undefined) throw new Error(`no command: ${JSON.stringify(json)}`);
  return body as Command;
}

/** An edge as a door sees it: asks, and keeps every reply. */
export class TestAsker {
  readonly ended: EndSession[] = [];
  readonly directs: { readonly sessions: readonly number[]; readonly direct: Direct }[] = [];
  /** Called with the author of each directed message as it comes. */
  onDirect: (author: string) => void = () => undefined;
  readonly #waiting = new Map<number, (reply: EntryReply) => void>();
  readonly #attached: AttachedAsker;
  readonly answers: { readonly number: number; readonly answer: Answer }[] = [];
  #number = 0;

  constructor(
    private readonly clock: FakeClock,
    door: RoomDoor,
    readonly name: string,
  ) {
    this.#attached = door.attach(name, ({ replies, ended, deliveries }) => {
      this.ended.push(...ended);
      for (const { sessions, direct } of deliveries) this.#direct(sessions, Direct.decode(direct));
      for (const reply of replies) {
        this.answers.push({ number: reply.number, answer: answerOf(reply) });
        this.#waiting.get(reply.number)?.(reply);
      }
    });
  }

  entry(room: string, command: Command, more: Partial<Entry> = {}): Entry {
    const { kind, body } = encodeCommand(command);
    const base = { session: 0, commandId: '', facts: undefined, operator: '', asAccount: '', disconnected: false };
    return { number: ++this.#number, room, kind, body, ...base, ...more };
  }

  /** Sends entries in one batch; each answer when it comes. */
  send(...entries: Entry[]): Promise<Answer>[] {
    const answers = entries.map(
      ({ number }) => new Promise<Answer>((resolve) => this.#waiting.set(number, (reply) => resolve(answerOf(reply)))),
    );
    this.#attached.commands(entries);
    return answers;
  }

  /** Asks and waits, letting the clock stand. */
  async ask(room: string, command: Command, more: Partial<Entry> = {}): Promise<Answer> {
    const [answer] = this.send(this.entry(room, command, more));
    await this.clock.pass(0);
    return answer!;
  }

  join(room: string, session: number, account: string, facts: Partial<SessionFacts> = {}): Promise<Answer> {
    return this.ask(room, commandOf({ join: {} }), {
      session,
      facts: factsOf(session, room, account, { enteredMs: this.clock.now(), ...facts }),
    });
  }

  say(room: string, session: number, text: string, more: Partial<Entry> = {}): Promise<Answer> {
    return this.ask(room, message(text), { session, ...more });
  }

  create(room: string, creator = 'owner'): Promise<Answer> {
    return this.do(room, { createRoom: { creator } });
  }

  /** Asks what a JSON client would write; `session` 0: the server API. */
  do(room: string, json: Record<string, unknown>, session = 0, more: Partial<Entry> = {}): Promise<Answer> {
    return this.ask(room, commandOf(json), { session, ...more });
  }

  async bulk(ask: NonNullable<BulkAsk['ask']>): Promise<NonNullable<BulkAnswer['answer']>[]> {
    const answers: NonNullable<BulkAnswer['answer']>[] = [];
    for await (const { answer } of this.#attached.ask(ask, new AbortController().signal)) if (answer !== undefined) answers.push(answer);
    return answers;
  }

  #direct(sessions: readonly number[], direct: Direct): void {
    this.directs.push({ sessions, direct });
    this.onDirect(direct.message?.account ?? '');
  }

  detach(): void {
    this.#attached.detach();
  }
}

export const message = (text: string): Command => ({
  $case: 'sendMessage',
  value: { body: { ext: '', content: { $case: 'text', value: { text } } }, options: undefined },
});

function answerOf({ outcome, reply }: EntryReply): Answer {
  if (outcome === EntryOutcome.ENTRY_OUTCOME_NOT_HOLDER) return 'not-holder';
  return outcome === EntryOutcome.ENTRY_OUTCOME_UNKNOWN_SESSION ? 'unknown-session' : Reply.decode(reply);
}

type Result<C> = Extract<NonNullable<Reply['result']>, { $case: C }>;

/** The value of an answer's result if it is of this case, or an error that shows what it was. */
export function resultOf<C extends NonNullable<Reply['result']>['$case']>(answer: Answer, name: C): Result<C>['value'] {
  if (typeof answer === 'string' || answer.result?.$case !== name) throw new Error(`expected ${name}: ${JSON.stringify(answer)}`);
  const { value }: { value: unknown } = answer.result;
  return value as Result<C>['value'];
}
