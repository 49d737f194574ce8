import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { timeOfPosition } from '@plaza/domain';
import { needed, type Command } from '../command.js';
import type { Progress } from '../progress.js';
import { inPath, type ServerApi } from '../server-api.js';
import { roomOf } from './room.js';

interface Page {
  readonly events: readonly object[];
  readonly upTo: string;
  readonly more: boolean;
  readonly next: string;
}

interface MemberPage {
  readonly members: readonly object[];
  readonly next: string;
}

const pageLimit = 200;
const memberLimit = 100;

export const exportRoom: Command = {
  line: 'room export <room>',
  summary: 'writes a room, its permanent members and its stored messages into a file, a JSON object a line',
  scopes: 'rooms:read and history:read',
  options: { out: { type: 'string', about: 'the file; a line `end` with the counts closes it' } },
  async run(given, { api, agree, progress }) {
    const [room = ''] = given.targets;
    const file = needed(given, 'out');
    const view = await roomOf(api, room);
    if (await exists(file)) await agree(`${file} is written over.`);
    const partial = `${file}.partial`;
    const handle = await open(partial, 'w', 0o600);
    const end = timeOf(view.head);
    const bar = progress(`${room} is written`, Math.max(1, end - view.createdMs));
    try {
      await write(handle, [{ room: view }]);
      const members = await writeMembers(api, room, handle);
      const { events, upTo } = await writeEvents(api, room, handle, { ...bar, at: (timeMs) => bar.at(timeMs - view.createdMs) });
      await write(handle, [{ end: { members, events, upTo } }]);
      await handle.sync();
      await handle.close();
      await rename(partial, file);
      return { text: `${file}: ${members} members, ${events} messages, up to ${upTo}\n`, json: { room, file, members, events, upTo } };
    } catch (error) {
      await handle.close().catch(() => undefined);
      await rm(partial, { force: true });
      throw error;
    } finally {
      bar.end();
    }
  },
};

const timeOf = (position: string): number => timeOfPosition(Number(position));

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

async function write(handle: FileHandle, lines: readonly object[]): Promise<void> {
  if (lines.length > 0) await handle.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

async function writeMembers(api: ServerApi, room: string, handle: FileHandle): Promise<number> {
  let count = 0;
  for (let token = ''; ;) {
    const query = `list=permanent&limit=${memberLimit}&pageToken=${encodeURIComponent(token)}`;
    const { members, next } = await api.get<MemberPage>(`/v1/rooms/${inPath(room)}/members?${query}`);
    await write(
      handle,
      members.map((member) => ({ member })),
    );
    count += members.length;
    if (next === '') return count;
    token = next;
  }
}

/** Oldest first. */
async function writeEvents(api: ServerApi, room: string, handle: FileHandle, bar: Progress): Promise<{ events: number; upTo: string }> {
  let count = 0;
  for (let after = '0'; ;) {
    const page = await api.get<Page>(`/v1/rooms/${inPath(room)}/messages?after=${after}&limit=${pageLimit}`);
    await write(
      handle,
      page.events.map((event) => ({ event })),
    );
    count += page.events.length;
    if (!page.more) return { events: count, upTo: page.upTo };
    after = page.next;
    bar.at(timeOf(after));
  }
}
