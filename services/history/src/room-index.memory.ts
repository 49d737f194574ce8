import { Role } from '@plaza/proto/client';
import type { IndexChange, IndexPage, RoomIndex, Trace } from './room-index.js';

/** The index in this process's memory: for tests. */
export class MemoryRoomIndex implements RoomIndex {
  readonly #creators = new Map<string, string>();
  readonly #roles = new Map<string, Map<string, Role>>();

  readonly #traces = new Map<string, Trace>();

  async apply(changes: readonly IndexChange[]): Promise<void> {
    for (const change of changes) {
      if (change.kind === 'room') this.#creators.set(change.room, change.creator);
      else if (change.kind === 'trace') this.#traces.set(`${change.account}/${change.room}/${change.bucket}`, change);
      else if (change.kind === 'erased') this.#erase(change);
      else this.#setRole(change.account, change.room, change.role);
    }
  }

  async rooms(pageToken: string, limit: number): Promise<IndexPage> {
    return this.#page([...this.#creators.keys()], pageToken, limit, () => Role.ROLE_UNSPECIFIED);
  }

  async roomsOf(account: string, pageToken: string, limit: number): Promise<IndexPage> {
    const roles = this.#roles.get(account) ?? new Map<string, Role>();
    return this.#page([...roles.keys()], pageToken, limit, (room) => roles.get(room)!);
  }

  async tracesOf(account: string, pageToken: string, limit: number): Promise<{ rooms: string[]; next: string }> {
    const all = new Set([...this.#traces.values()].filter((trace) => trace.account === account).map(({ room }) => room));
    const rest = [...all].filter((room) => room > pageToken).sort();
    return { rooms: rest.slice(0, limit), next: rest.length > limit ? rest[limit - 1]! : '' };
  }

  async bucketsOf(account: string, room: string): Promise<number[]> {
    const traces = [...this.#traces.values()].filter((trace) => trace.account === account && trace.room === room);
    return traces.map(({ bucket }) => bucket).filter((bucket) => bucket > 0);
  }

  begin(): void {}

  async trim(): Promise<number> {
    return 0;
  }

  #erase({ account, room, position }: { account: string; room: string; position: number }): void {
    for (const [key, trace] of this.#traces)
      if (trace.account === account && trace.room === room && trace.position < position) this.#traces.delete(key);
  }

  #page(all: readonly string[], after: string, limit: number, roleOf: (room: string) => Role): IndexPage {
    const rest = all.filter((room) => room > after).sort();
    const rooms = rest.slice(0, limit).map((room) => ({ room, creator: this.#creators.get(room) ?? '', role: roleOf(room) }));
    return { rooms, next: rest.length > limit ? rooms.at(-1)!.room : '' };
  }

  #setRole(account: string, room: string, role: Role | undefined): void {
    const roles = this.#roles.get(account) ?? new Map<string, Role>();
    if (role === undefined) roles.delete(room);
    else roles.set(room, role);
    this.#roles.set(account, roles);
  }
}
