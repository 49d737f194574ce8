import type { RoomLink } from '@plaza/bus';
import { GrpcRoomGateway } from '@plaza/bus/grpc';
import { grpcChannelCredentials } from '@plaza/kit/grpc';
import { Reply } from '@plaza/proto/client';
import { EntryOutcome, entryOutcomeToJSON, SessionFacts, type Entry, type EntryReply } from '@plaza/proto/room';
import { encodeCommand } from '@plaza/protocol';

const plain = { grpcTlsCa: undefined, grpcTlsCert: undefined, grpcTlsKey: undefined };

const body = encodeCommand({ $case: 'join', value: { nickname: '', avatar: '', ext: '', tags: [], noticeAudience: '' } });

/** The join of a new account, as an edge of this name sends it. */
export function joinOf(name: string, number: number, room: string): Entry {
  const account = `${name}-${number}`;
  const facts = SessionFacts.create({ session: number, room, account, enteredMs: Date.now() });
  const commandId = `~${name}.${number.toString(36)}`;
  return { ...{ number, room, session: number, commandId, facts }, ...body, operator: '', asAccount: '', disconnected: false };
}

/** What an edge is to a holder, without the sockets: the same stream, batches and facts, for as little CPU as this costs. */
export class SyntheticEdge {
  joined = 0;
  /** Answers that were something else, by what they were. */
  readonly others: Record<string, number> = {};
  readonly #link: RoomLink;
  #last = 0;
  #reply: EntryReply | undefined;

  /** `address`: of the holder's gRPC server. */
  constructor(
    private readonly name: string,
    address: string,
  ) {
    this.#link = new GrpcRoomGateway({ credentials: grpcChannelCredentials(plain) }).open(address, name, {
      replies: ({ replies }) => replies.forEach((reply) => this.#answered(reply)),
      broken: (cause) => this.#note(`link broken: ${cause}`),
    });
  }

  /** Sends so many more joins: new accounts, one session each. They leave with the edge's next flush. */
  join(room: string, count: number): void {
    this.#link.send(Array.from({ length: count }, () => joinOf(this.name, ++this.#last, room)));
  }

  /** The newest answer that said "joined", as it came. */
  get lastReply(): EntryReply | undefined {
    return this.#reply;
  }

  close(): void {
    this.#link.close();
  }

  #answered(answer: EntryReply): void {
    const { outcome, reply } = answer;
    if (outcome !== EntryOutcome.ENTRY_OUTCOME_ANSWERED) return this.#note(entryOutcomeToJSON(outcome));
    const { result } = Reply.decode(reply);
    if (result?.$case !== 'joined') return this.#note(JSON.stringify(result));
    this.joined++;
    this.#reply = answer;
  }

  #note(what: string): void {
    this.others[what] = (this.others[what] ?? 0) + 1;
  }
}
