import type { EntryAsk, EntryCallback, EntryVerdict } from './entry-callback.js';

/** A platform in this process, which says what it is told to say. */
export class MemoryEntryCallback implements EntryCallback {
  readonly asked: EntryAsk[] = [];

  constructor(public say: (entry: EntryAsk) => EntryVerdict) {}

  ask(entry: EntryAsk): Promise<EntryVerdict> {
    this.asked.push(entry);
    return Promise.resolve(this.say(entry));
  }
}
