import { TopRoomsPage } from '@plaza/proto/metrics';
import type { RoomFigures } from './counters.js';

/** A list of rooms as one value (an encoded plaza.v1.TopRoomsPage with nothing else in it). */
export const encodeTop = (rooms: readonly RoomFigures[]): Uint8Array =>
  TopRoomsPage.encode(TopRoomsPage.fromPartial({ rooms: [...rooms] })).finish();
export const decodeTop = (bytes: Uint8Array): readonly RoomFigures[] => TopRoomsPage.decode(bytes).rooms;
