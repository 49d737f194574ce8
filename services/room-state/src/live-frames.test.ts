import { describe, expect, test } from '@jest/globals';
import { MessageClass, ServerFrame } from '@plaza/proto/client';
import { Event } from '@plaza/proto/client';
import { RoomBatch, type LoggedEvent } from '@plaza/proto/log';
import { Control } from '@plaza/proto/room';
import { readLiveControl, readLiveHeader, readLiveSegments } from '@plaza/protocol';
import { batchFrame, type Moment } from './live-frames.js';

const moment: Moment = { epoch: 3, sequence: 9, head: 20, accounts: 2, connections: 2, settling: false };

/** `''`: for all; `-`: for nobody; else a tag expression. */
function loggedOf(position: number, audience: string): LoggedEvent {
  const kind = audience === '-' ? ({ $case: 'nobody', value: true } as const) : ({ $case: 'tags', value: audience } as const);
  const event = Event.encode(Event.fromPartial({ position })).finish();
  const nothing = { stored: false, asker: '', commandId: '', reply: new Uint8Array(0), command: 0 };
  return { position, event, audience: audience === '' ? undefined : { kind }, ...nothing };
}

function segmentsOf(audiences: readonly string[], skipped: RoomBatch['skipped'] = []): [string, number, number, number[], number][] {
  const events = audiences.map((audience, i) => loggedOf(11 + i, audience));
  const batch = RoomBatch.fromPartial({ room: 'lobby', prev: 10, last: 10 + events.length });
  const frame = batchFrame({ ...batch, events, skipped }, Control.fromPartial({}), moment);
  expect(readLiveHeader(frame)).toMatchObject({ prev: 10, last: 10 + events.length });
  expect(readLiveControl(frame)).toHaveLength(0);
  return readLiveSegments(frame).map(({ audience, last, bytes }) => {
    const { batches } = ServerFrame.decode(bytes);
    expect(batches).toHaveLength(1);
    const [one] = batches;
    expect(one!.last).toBe(last);
    return [audience, one!.prev, last, one!.events.map(({ position }) => position), one!.skipped.length];
  });
}

describe('the segments of a batch', () => {
  test.each([
    ['one audience is one segment', ['', '', ''], [['', 10, 13, [11, 12, 13], 0]]],
    [
      'a change of audience begins a segment',
      ['', 'vip', 'vip', ''],
      [
        ['', 10, 11, [11], 0],
        ['vip', 11, 13, [12, 13], 0],
        ['', 13, 14, [14], 0],
      ],
    ],
    [
      'what nobody sees rides behind the segment before it',
      ['', '-', 'vip'],
      [
        ['', 10, 12, [11], 0],
        ['vip', 12, 13, [13], 0],
      ],
    ],
    ['or before the first one', ['-', '-', 'vip'], [['vip', 10, 13, [13], 0]]],
    ['or between two of one audience', ['', '-', ''], [['', 10, 13, [11, 13], 0]]],
    ['the last segment ends with the batch', ['vip', '-'], [['vip', 10, 12, [11], 0]]],
    ['nothing to see is no segment', ['-', '-'], []],
  ] as [string, string[], unknown[]][])('%s', (_, audiences, expected) => {
    expect(segmentsOf(audiences)).toEqual(expected);
  });

  const skipped = [{ class: MessageClass.MESSAGE_CLASS_LOW, count: 4 }];
  test.each([
    ['the first that is for everybody', ['vip', '', 'vip', ''], [0, 1, 0, 0]],
    ['the first, where none is', ['vip', 'crew'], [1, 0]],
  ] as [string, string[], number[]][])('what was skipped is told in %s', (_, audiences, told) => {
    expect(segmentsOf(audiences, skipped).map((segment) => segment[4])).toEqual(told);
  });
});
