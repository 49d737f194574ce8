import { sleep } from 'k6';
import type { Settings } from '../../src/k6/settings.ts';
import { speech } from '../../src/k6/speech.ts';
import { ask } from './api.ts';
import * as metrics from './metrics.ts';

/** A holder that died has a successor long before. */
const patienceMs = 45_000;
const againSeconds = 0.3;

/** The platform speaks by the server API; what was not decided is asked again with the same key, so that numbers have no holes and no repeats. */
export function platformSpeaker(settings: Settings, speaker: string): { say(): void } {
  let number = 0;
  return {
    say() {
      const text = speech({ sentMs: Date.now(), speaker, number: ++number }, settings.messageBytes);
      const key = `${speaker}-${number}`;
      for (const endMs = Date.now() + patienceMs; Date.now() < endMs; sleep(againSeconds)) {
        const { status } = ask(settings, 'POST', `/v1/rooms/${settings.name}/messages`, { text }, '/v1/rooms/:room/messages', key);
        if (status === 201) return metrics.accepted.add(true);
      }
      metrics.accepted.add(false);
    },
  };
}
