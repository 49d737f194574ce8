import { ReaderUnavailable, type HistoryReader } from '@plaza/bus';
import { causeOf, within } from '@plaza/kit';
import { Role } from '@plaza/proto/client';
import type { RoomsAsk, RoomsPage } from '@plaza/proto/history';
import type { IndexPage, RoomIndex } from '../room-index.js';

const defaultLimit = 100;
const maxLimit = 1000;
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

  /** Those that it created are few among its rooms, so that they are picked from the pages. */
  async #page({ account, created, pageToken, limit }: RoomsAsk): Promise<IndexPage> {
    const most = limit === 0 ? defaultLimit : Math.min(limit, maxLimit);
    if (account === '') return this.index.rooms(pageToken, most);
    const page = await this.index.roomsOf(account, pageToken, most);
    return created ? { ...page, rooms: page.rooms.filter(({ role }) => role === Role.ROLE_CREATOR) } : page;
  }
}
