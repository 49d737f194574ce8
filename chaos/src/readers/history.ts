import { Event } from '@plaza/proto/client';
import type { HistoryReading } from '../readings.js';
import type { Backend } from '../swarm/backend.js';

const types = ['text', 'custom', 'image', 'voice', 'video', 'file', 'location', 'notification', 'tip', 'event'];
const asked = types.map((type) => `types=${type}`).join('&');

/** All pages of a room's history, forwards, room events included. */
export async function readHistory(backend: Backend, room: string): Promise<HistoryReading> {
  const events: Event[] = [];
  let after = '0';
  for (;;) {
    const page = await backend.get(`/v1/rooms/${room}/messages?limit=200&${asked}&${after === '0' ? 'afterMs=0' : `after=${after}`}`);
    events.push(...(page['events'] as unknown[]).map((event) => Event.fromJSON(event)));
    if (page['more'] !== true) return { events, upTo: Number(page['upTo']) };
    after = String(page['next']);
  }
}
