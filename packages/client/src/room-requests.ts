import type { Notice, Reply } from '@plaza/proto/client';
import { newCommandId } from './command-id.js';
import type { RequestBody } from './connection.js';
import { PlazaClosed, PlazaRefused } from './errors.js';
import type { Outbox } from './outbox.js';
import type { ClientSettings } from './settings.js';

export interface NoticeOptions {
  /** Default true: the room is told. */
  readonly notify?: boolean;
  /** <= 2048 characters, for who is told. */
  readonly notifyExt?: string;
}

export interface Done {
  /** Of the event; undefined: nothing was changed. */
  readonly position: number | undefined;
  /** Of a timed mute that was lifted. */
  readonly secondsLeft?: number | undefined;
}

export type Result = NonNullable<Reply['result']>;
type Values = { [R in Result as R['$case']]: R['value'] };
export type ResultOf<Case extends Result['$case']> = Values[Case];

/** How the parts of a room ask: over reconnects, with a refusal as PlazaRefused, and with the one answer that fits. */
export class RoomRequests {
  constructor(
    private readonly room: string,
    private readonly outbox: Outbox,
    private readonly settings: ClientSettings,
    private readonly isOver: () => boolean,
  ) {}

  /** Changes something; whatever the answer is. */
  command(body: RequestBody, commandId = newCommandId()): Promise<Result> {
    return this.#ask(body, commandId, this.settings.sendTimeoutMs);
  }

  /** Changes nothing, so it needs no command id. */
  async read<Case extends Result['$case']>(body: RequestBody, expected: Case): Promise<ResultOf<Case>> {
    return valueOf(body, await this.#ask(body, '', this.settings.requestTimeoutMs), expected);
  }

  /** Changes something and is answered by `expected`; undefined: nothing was changed. */
  async change<Case extends Result['$case']>(body: RequestBody, expected: Case): Promise<ResultOf<Case> | undefined> {
    const result = await this.command(body);
    return result.$case === 'unchanged' ? undefined : valueOf<Case>(body, result, expected);
  }

  async manage(body: RequestBody): Promise<Done> {
    const done = await this.change(body, 'done');
    return done === undefined ? { position: undefined } : { position: done.position, secondsLeft: done.secondsLeft };
  }

  async #ask(body: RequestBody, commandId: string, timeoutMs: number): Promise<Result> {
    if (this.isOver()) throw new PlazaClosed(`not in the room ${this.room} any more`);
    const { result } = await this.outbox.add(body, commandId, timeoutMs);
    if (result === undefined) throw unexpected(body, 'nothing');
    if (result.$case === 'refused') throw PlazaRefused.of(result.value);
    return result;
  }
}

export const noticeOf = ({ notify, notifyExt = '' }: NoticeOptions): Notice => ({ notify, ext: notifyExt });

export const unexpected = ({ $case }: RequestBody, answer: string): Error => new Error(`${$case} was answered by ${answer}`);

function valueOf<Case extends Result['$case']>(body: RequestBody, result: Result, expected: Case): ResultOf<Case> {
  if (result.$case !== expected) throw unexpected(body, result.$case);
  return result.value as ResultOf<Case>;
}
