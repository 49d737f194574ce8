import { afterEach, describe, expect, test } from '@jest/globals';
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';
import { HistoryPage } from '@plaza/proto/client';
import {
  HistoryRead,
  RoomsAsk,
  RoomsPage,
  type TraceCount,
  type TraceCountAsk,
  type TracesAsk,
  type TracesPage,
} from '@plaza/proto/history';
import { FiguresAsk, FiguresSeries, TopRoomsAsk, TopRoomsPage } from '@plaza/proto/metrics';
import { GrpcHistoryReader, GrpcMetricsReader, serveHistory, serveMetrics } from './readers.grpc.js';
import { ReaderUnavailable } from './readers.js';

const plain = ChannelCredentials.createInsecure();
const listen = { host: '127.0.0.1', port: 0, credentials: ServerCredentials.createInsecure() };
const ask = HistoryRead.fromPartial({ room: 'lobby', page: { limit: 10, before: 99 }, head: 120, headSequence: 4 });

describe('readers over gRPC', () => {
  const closing: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  const history = async (
    read: (ask: HistoryRead) => Promise<HistoryPage>,
    patienceMs?: number,
    rooms: (ask: RoomsAsk) => Promise<RoomsPage> = () => Promise.reject(new Error('no index')),
  ): Promise<GrpcHistoryReader> => {
    const traces = (ask: TracesAsk): Promise<TracesPage> => Promise.resolve({ rooms: [ask.account], next: ask.pageToken });
    const countTraces = (ask: TraceCountAsk): Promise<TraceCount> => Promise.resolve({ messages: ask.room.length, events: 0 });
    const served = await serveHistory({ read, rooms, traces, countTraces }, listen);
    const reader = new GrpcHistoryReader(`127.0.0.1:${served.port}`, plain, patienceMs);
    closing.push(() => reader.close(), served.close);
    return reader;
  };

  test('a page comes back as it was answered, to the ask as it was given', async () => {
    const page = HistoryPage.fromPartial({ events: [{ position: 98, timeMs: 5 }], upTo: 120, more: true });
    let seen: HistoryRead | undefined;
    const reader = await history((asked) => {
      seen = asked;
      return Promise.resolve(page);
    });
    expect(await reader.read(ask)).toEqual(page);
    expect(seen).toEqual(ask);
  });

  test('a history that fails is unavailable', async () => {
    const reader = await history(() => Promise.reject(new Error('no disk')));
    await expect(reader.read(ask)).rejects.toThrow(ReaderUnavailable);
    await expect(reader.read(ask)).rejects.toThrow('no disk');
  });

  test('a history that does not answer in time is unavailable', async () => {
    const reader = await history(() => new Promise(() => undefined), 50);
    await expect(reader.read(ask)).rejects.toThrow(ReaderUnavailable);
  });

  test('a history that is not there is unavailable', async () => {
    const reader = new GrpcHistoryReader('127.0.0.1:1', plain);
    closing.push(() => reader.close());
    await expect(reader.read(ask)).rejects.toThrow(ReaderUnavailable);
  });

  test('the traces of an account likewise', async () => {
    const reader = await history(() => Promise.reject(new Error('no disk')));
    expect(await reader.traces({ account: 'ann', pageToken: 'b', limit: 1 })).toEqual({ rooms: ['ann'], next: 'b' });
    expect(await reader.countTraces({ account: 'ann', room: 'lobby' })).toEqual({ messages: 5, events: 0 });
  });

  test('the index of rooms likewise', async () => {
    const page = RoomsPage.fromPartial({ rooms: [{ room: 'lobby', creator: 'ann', role: 5 }], next: 'lobby' });
    const seen: RoomsAsk[] = [];
    const reader = await history(
      () => Promise.reject(new Error('no disk')),
      undefined,
      (asked) => (seen.push(asked) === 1 ? Promise.resolve(page) : Promise.reject(new Error('no index'))),
    );
    const rooms = RoomsAsk.fromPartial({ account: 'ann', created: true, pageToken: 'a', limit: 1 });
    expect(await reader.rooms(rooms)).toEqual(page);
    expect(seen).toEqual([rooms]);
    await expect(reader.rooms(rooms)).rejects.toThrow(ReaderUnavailable);
  });

  test('figures likewise', async () => {
    const page = TopRoomsPage.fromPartial({ periodStartMs: 3_600_000, rooms: [{ room: 'lobby', messages: 5, entries: 2, active: 1 }] });
    const series = FiguresSeries.fromPartial({ points: [{ startMs: 3_600_000, endMs: 7_200_000, messages: 5 }], freshness: { ageMs: 4 } });
    const asks: unknown[] = [];
    const topRooms = (ask: TopRoomsAsk): Promise<TopRoomsPage> => (asks.push(ask), Promise.resolve(page));
    const readFigures = (ask: FiguresAsk): Promise<FiguresSeries> => (asks.push(ask), Promise.resolve(series));
    const served = await serveMetrics({ topRooms, readFigures }, listen);
    const reader = new GrpcMetricsReader(`127.0.0.1:${served.port}`, plain);
    closing.push(() => reader.close(), served.close);
    const top = TopRoomsAsk.fromPartial({ metric: 'messages', period: 'hour', limit: 5 });
    const figures = FiguresAsk.fromPartial({ room: 'lobby', period: 'day', fromMs: 1, toMs: 2 });
    expect(await reader.topRooms(top)).toEqual(page);
    expect(await reader.readFigures(figures)).toEqual(series);
    expect(asks).toEqual([top, figures]);
    await served.close();
    await expect(reader.topRooms(top)).rejects.toThrow(ReaderUnavailable);
    await expect(reader.readFigures(figures)).rejects.toThrow(ReaderUnavailable);
  });
});
