import { newCommandId, PlazaClient } from '@plaza/client';
import { demoSession, freshConnect, type DemoSession } from './demo-session.js';

/** After so many attempts in vain an edge is asked for: there may be another one. */
const attemptsPerEdge = 2;

/** A client for one room of the demo: it begins with this session, and asks for another token and edge when it needs them. */
export function demoClient(roomId: string, { connect, token }: DemoSession): PlazaClient {
  let attempts = 0;
  let edge = connect;
  let first: string | undefined = token;
  const client = new PlazaClient({
    url: async () => {
      if (attempts >= attemptsPerEdge) edge = await freshConnect(roomId);
      return edge;
    },
    token: async () => {
      const known = first ?? (await demoSession(roomId)).token;
      first = undefined;
      return known;
    },
    device: { id: deviceId(), kind: 'web' },
    backoff: { longestMs: 5000 },
  });
  client.on('state', ({ state }) => {
    if (state === 'online') attempts = 0;
    if (state === 'away') attempts++;
  });
  return client;
}

/** Of this tab, so that a reload replaces its own session at once. */
function deviceId(): string {
  const key = 'plaza.device';
  const id = sessionStorage.getItem(key) ?? newCommandId();
  sessionStorage.setItem(key, id);
  return id;
}
