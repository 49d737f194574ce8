import http, { type RefinedResponse, type ResponseType } from 'k6/http';
import type { Settings } from '../../src/k6/settings.ts';

export type Answer = RefinedResponse<ResponseType | undefined>;

/** The API itself says `unavailable` after ten seconds. */
const timeout = '15s';
export const textOf = ({ body }: Answer): string => (typeof body === 'string' ? body : '');

/** Asks the server API; `name` stands for the path in the metrics, which is another one for each room. */
export function ask(
  settings: Settings,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  name = path,
  idempotencyKey?: string,
): Answer {
  const headers = {
    authorization: `Bearer ${settings.key}`,
    'content-type': 'application/json',
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  };
  const sent = method === 'GET' || method === 'DELETE' ? null : JSON.stringify(body ?? {});
  return http.request(method, settings.api + path, sent, { headers, timeout, tags: { name: `${method} ${name}` } });
}

/** What a run starts from. Throws where the API does not do it: nothing else would mean anything then. */
export function makeRoom(settings: Settings, room = settings.name): string {
  const body = { room, creator: `${settings.name}-host`, anonymousAllowed: true };
  const answer = ask(settings, 'POST', '/v1/rooms', body);
  const [status, text] = [answer.status, textOf(answer)];
  if (status !== 201 && !(status === 409 && text.includes('exists'))) throw new Error(`no room ${room}: ${status} ${text}`);
  return room;
}

/** The room of the run, and a token for each who speaks in it. */
export function makeStage(settings: Settings, speakers: number): string[] {
  makeRoom(settings);
  return Array.from({ length: speakers }, (_, number) => askToken(settings, speakerName(settings, number)));
}

export const speakerName = ({ name }: Settings, number: number): string => `${name}-speaker-${number}`;

function askToken(settings: Settings, account: string): string {
  const answer = ask(settings, 'POST', '/v1/tokens', { account, capabilities: ['enter', 'send'] });
  if (answer.status !== 201) throw new Error(`no token: ${answer.status} ${textOf(answer)}`);
  return answer.json('token') as string;
}
