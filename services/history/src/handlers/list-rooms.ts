import { ReaderUnavailable, type HistoryReader } from '@plaza/bus';
import { causeOf, within } from '@plaza/kit';
import { Role } from '@plaza/proto/client';
import type { RoomsAsk, RoomsPage } from '@plaza/proto/history';
import type { IndexedRoom, IndexPage, RoomIndex } from '../room-index.js';

const defaultLimit = 100;
const maxLimit = 1000;
/** Pages of an account's rooms that one ask looks at. */
const mostPages = 10;
const deadlineMs = 2500;

/** A page of all rooms, or of those in which an account has a role. */
export class ListRoomsHandler implements Pick<HistoryReader, 'rooms'> {
  constructor(private readonly index: RoomIndex) {}

  async rooms(ask: RoomsAsk): Promise<RoomsPage> {
    try {
      const { rooms, next } = await within(deadlineMs, 'the list', this.#page(ask));
      return { rooms: rooms.map((room) => ({ ...room })), next };
    } catch (error) {
      throw new ReaderUnavailable(causeOf(error), { cause: error });
    }
  }

  #page({ account, created, pageToken, limit }: RoomsAsk): Promise<IndexPage> {
    const most = limit === 0 ? defaultLimit : Math.min(limit, maxLimit);
    if (account === '') return this.index.rooms(pageToken, most);
    return created ? this.#created(account, pageToken, most) : this.index.roomsOf(account, pageToken, most);
  }

  /** Picked from the rooms of the account; where few of many are its own, a page may be short, and there is a next one. */
  async #created(account: string, pageToken: string, most: number): Promise<IndexPage> {
    const rooms: IndexedRoom[] = [];
    let next = pageToken;
    for (let pages = 0; pages < mostPages; pages++) {
      const page = await this.index.roomsOf(account, next, most - rooms.length);
      rooms.push(...page.rooms.filter(({ role }) => role === Role.ROLE_CREATOR));
      next = page.next;
      if (next === '' || rooms.length === most) break;
    }
    return { rooms, next };
  }
}
