import { describe, expect, test } from '@jest/globals';
import { Event, Reply } from '@plaza/proto/client';
import { keptWriter } from '@plaza/proto/kept-writer';

const event = (text: string): Event => Event.fromPartial({ position: 7, notifyExt: text });
const textOf = (bytes: Uint8Array): string => Event.decode(bytes).notifyExt;

describe('the writer that encoders share', () => {
  test('gives each message its own bytes', () => {
    const [long, short] = [Event.encode(event('x'.repeat(5000))).finish(), Event.encode(event('y')).finish()];
    expect([textOf(long).length, textOf(short), short.buffer.byteLength]).toEqual([5000, 'y', short.length]);
  });

  test('is not shared by two messages that are under way at once', () => {
    const first = Event.encode(event('first'));
    const second = Event.encode(event('second'));
    expect([textOf(second.finish()), textOf(first.finish())]).toEqual(['second', 'first']);
  });

  test('is another one after a message that could not be encoded', () => {
    expect(() => Event.encode({ ...event('x'), position: -1 }).finish()).toThrow();
    expect(textOf(Event.encode(event('after')).finish())).toBe('after');
  });

  test('is kept from one message to the next, but not after a large one', () => {
    const writers = ['small', 'x'.repeat(2 * 1024 * 1024), 'small', 'small'].map((text) => {
      const writer = Event.encode(event(text));
      writer.finish();
      return writer;
    });
    expect(writers[1]).toBe(writers[0]);
    expect(writers[2]).not.toBe(writers[1]);
    expect(writers[3]).toBe(writers[2]);
    expect(keptWriter()).toBe(writers[3]);
    expect(Reply.encode(Reply.fromPartial({ id: 1 })).finish()).toEqual(new Uint8Array([8, 1]));
  });
});
