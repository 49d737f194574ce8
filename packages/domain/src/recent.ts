import type { MessageClass } from '@plaza/proto/client';
import type { AccountId, Position } from './ids.js';
import type { RecentMessage, RecentView } from './types.js';

/** How far back the log is read for it after a takeover. */
export const recentMs = 120_000;

/** The room's last minutes as decisions look at them: noted event by event, in the order of the room. */
export class Recent implements RecentView {
  note(_message: RecentMessage): void {}
  /** Everything from before `recentMs` ago goes; called now and then. */
  forgetOld(_nowMs: number): void {}
  lastSentMs(_account: AccountId): number {
    return 0;
  }
  lastSaidMs(_account: AccountId, _textKey: string): number {
    return 0;
  }
  find(_position: Position): RecentMessage | undefined {
    return undefined;
  }
  findSent(_account: AccountId, _commandId: string): RecentMessage | undefined {
    return undefined;
  }
  findAt(_account: AccountId, _timeMs: number): RecentMessage | undefined {
    return undefined;
  }
  countOf(_messageClass: MessageClass, _nowMs: number): number {
    return 0;
  }
  highSince(_sinceMs: number): readonly RecentMessage[] {
    return [];
  }
}
