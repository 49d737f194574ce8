import { RoomChanges, RoomSettings, type ChangeTerms, type CloseAsk, type RoomInfo } from '@plaza/proto/client';
import { noticeOf, type Done, type NoticeOptions, type RoomRequests } from './room-requests.js';

export interface TermChanges {
  /** <= 500 each. */
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  /** Before the others are added. */
  readonly clear?: boolean;
}

export interface OpenOptions extends NoticeOptions {
  /** A delayed close, set at once. */
  readonly close?: CloseAsk;
}

/** The room itself: its profile, its rules, and whether it is open. All but `info` for managers. */
export class RoomAdmin {
  constructor(private readonly requests: RoomRequests) {}

  info(): Promise<RoomInfo> {
    return this.requests.read({ $case: 'getRoom', value: {} }, 'roomInfo');
  }

  /** Absent fields stay as they are. */
  update(changes: Partial<RoomChanges>, options: NoticeOptions = {}): Promise<Done> {
    const value = { changes: RoomChanges.fromPartial(changes), notice: noticeOf(options) };
    return this.requests.manage({ $case: 'updateRoom', value });
  }

  /** Absent fields stay as they are. */
  changeSettings(settings: Partial<RoomSettings>, options: NoticeOptions = {}): Promise<Done> {
    const value = { settings: RoomSettings.fromPartial(settings), notice: noticeOf(options) };
    return this.requests.manage({ $case: 'changeSettings', value });
  }

  /** The blocked terms. */
  async terms(): Promise<readonly string[]> {
    return (await this.requests.read({ $case: 'listTerms', value: {} }, 'termPage')).terms;
  }

  changeTerms({ add = [], remove = [], clear = false }: TermChanges, options: NoticeOptions = {}): Promise<Done> {
    const value: ChangeTerms = { add: [...add], remove: [...remove], clear, notice: noticeOf(options) };
    return this.requests.manage({ $case: 'changeTerms', value });
  }

  open({ close, ...options }: OpenOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'openRoom', value: { close, notice: noticeOf(options) } });
  }

  close(reason = '', options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'closeRoom', value: { reason, notice: noticeOf(options) } });
  }

  /** Replaces another schedule, and its clock starts again. 1 to 604,800 seconds. */
  scheduleClose(close: CloseAsk, options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'scheduleClose', value: { close, notice: noticeOf(options) } });
  }

  cancelClose(options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'cancelClose', value: { notice: noticeOf(options) } });
  }
}
