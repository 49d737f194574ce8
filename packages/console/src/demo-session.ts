import { guestName } from './guest-name.js';

/** What /v1/demo/session answers: who this tab is, and where it connects. */
export interface DemoSession {
  readonly token: string;
  readonly account: string;
  readonly nickname: string;
  readonly connect: string;
}

const patienceMs = 8000;
/** A token with less than this left is not used again. */
const leastLeftMs = 60_000;

const nameKey = 'plaza.name';
const sessionKey = (room: string): string => `plaza.session.${room}`;

/** Kept per tab: a reload is the same guest, another tab is another one. */
export const ownName = (): string => {
  const name = sessionStorage.getItem(nameKey) ?? guestName();
  keepName(name);
  return name;
};
export const keepName = (name: string): void => sessionStorage.setItem(nameKey, name);

export const forgetSession = (room: string): void => sessionStorage.removeItem(sessionKey(room));

/** The tab's session, asked for where there is none or it ends soon. Rejects where the server cannot be asked. */
export async function demoSession(room: string): Promise<DemoSession> {
  const kept = keptSession(room);
  if (kept !== undefined && endOf(kept.token) - Date.now() > leastLeftMs) return kept;
  const session = await askSession(room);
  sessionStorage.setItem(sessionKey(room), JSON.stringify(session));
  return session;
}

/** Where an edge is now; the room is made where it is missing. The tab stays who it is. */
export const freshConnect = async (room: string): Promise<string> => (await askSession(room)).connect;

async function askSession(room: string): Promise<DemoSession> {
  const response = await fetch('/v1/demo/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ room, name: ownName() }),
    signal: AbortSignal.timeout(patienceMs),
  });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return (await response.json()) as DemoSession;
}

function keptSession(room: string): DemoSession | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(sessionKey(room)) ?? '') as DemoSession;
  } catch {
    return undefined;
  }
}

/** Unix ms; 0 where the token does not say. */
function endOf(token: string): number {
  try {
    const [, claims = ''] = token.split('.');
    const { exp } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: number };
    return (exp ?? 0) * 1000;
  } catch {
    return 0;
  }
}
