import type { Command, Done, Hands } from '../command.js';
import { inPath, type ServerApi } from '../server-api.js';

export interface RoomView {
  readonly room: string;
  readonly name: string;
  readonly open: boolean;
  readonly roomMuted: boolean;
  readonly accounts: number;
  readonly createdMs: number;
  readonly head: string;
}

export const roomOf = (api: ServerApi, room: string): Promise<RoomView> => api.get(`/v1/rooms/${inPath(room)}`);

const ext = { type: 'string', about: 'your own note in the event that the room gets' } as const;

export const pauseRoom: Command = {
  line: 'room pause <room>',
  summary: 'lets only the creator and administrators of a room send',
  scopes: 'rooms:read and rooms:write',
  options: { note: ext },
  async run({ targets: [room = ''], options }, hands) {
    const now = await roomOf(hands.api, room);
    if (now.roomMuted) return { text: `${room} is paused already\n`, json: { room, result: 'unchanged' } };
    await hands.agree(`${now.accounts} accounts in ${room}${now.name === '' ? '' : ` (${now.name})`} cannot send until it is resumed.`);
    return muted('PUT', room, options['note'], hands);
  },
};

export const resumeRoom: Command = {
  line: 'room resume <room>',
  summary: 'ends the pause of a room',
  scopes: 'rooms:write',
  options: { note: ext },
  run: ({ targets: [room = ''], options }, hands) => muted('DELETE', room, options['note'], hands),
};

async function muted(method: 'PUT' | 'DELETE', room: string, note: unknown, { api }: Hands): Promise<Done> {
  const notifyExt = typeof note === 'string' ? note : '';
  const path = `/v1/rooms/${inPath(room)}/mute`;
  const said =
    method === 'PUT'
      ? await api.ask<object>({ method, path, body: { notifyExt } })
      : await api.ask<object>({ method, path: `${path}?notifyExt=${encodeURIComponent(notifyExt)}` });
  return { text: `${room} is ${method === 'PUT' ? 'paused' : 'not paused any more'}\n`, json: { room, ...said } };
}
