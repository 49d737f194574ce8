import { ServerFrame } from '@plaza/proto/client';

/** Unix time with fractions of a ms: all processes of a swarm read the same clock. */
const nowMs = (): number => performance.timeOrigin + performance.now();

/** A message of a benchmark carries the moment of its sending: `@<unix ms with fractions>@`, then whatever fills it. */
export const stamped = (bytes: number): string => {
  const stamp = `@${nowMs().toFixed(3)}@`;
  return stamp + '.'.repeat(Math.max(0, bytes - stamp.length));
};

const stamps = /@(\d{13}\.\d{3})@/g;

/** Lags of one message from several watchers: the last one counts. */
export function latest(all: readonly Iterable<readonly [string, number]>[]): Map<string, number> {
  const lags = new Map<string, number>();
  for (const some of all) for (const [stamp, ms] of some) lags.set(stamp, Math.max(lags.get(stamp) ?? 0, ms));
  return lags;
}

/** What the watched sockets of a process saw: of each message the time until the last of them had it. */
export class Lags {
  #byStamp = new Map<string, number>();

  /** A frame of any protocol in which the text stands as it is. */
  saw(bytes: Uint8Array, start: number, end: number): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
    for (const [, stamp] of text.matchAll(stamps)) this.#note(stamp as string);
  }

  /** A whole ServerFrame, decoded. Throws where it is none, or where its events are not in their order within prev and last. */
  sawFrame(bytes: Uint8Array, start: number, end: number): void {
    for (const { prev, last, events } of ServerFrame.decode(bytes.subarray(start, end)).batches) {
      let before = prev;
      for (const { position, kind } of events) {
        if (position <= before || position > last) throw new Error(`position ${position} after ${before} in a batch up to ${last}`);
        before = position;
        if (kind?.$case === 'message' && kind.value.body?.content?.$case === 'text')
          for (const [, stamp] of kind.value.body.content.value.text.matchAll(stamps)) this.#note(stamp as string);
      }
    }
  }

  /** By stamp, in ms; begins anew. */
  take(): [string, number][] {
    const taken = [...this.#byStamp];
    this.#byStamp = new Map();
    return taken;
  }

  #note(stamp: string): void {
    this.#byStamp.set(stamp, Math.max(this.#byStamp.get(stamp) ?? 0, nowMs() - Number(stamp)));
  }
}
