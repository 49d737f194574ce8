import {
  Metadata,
  Server,
  status,
  type ChannelCredentials,
  type sendUnaryData,
  type ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
} from '@grpc/grpc-js';
import { causeOf } from '@plaza/kit';
import { grpcOptions } from '@plaza/kit/grpc';
import type { HistoryPage } from '@plaza/proto/client';
import {
  HistoryClient,
  HistoryService,
  type HistoryRead,
  type RoomsAsk,
  type RoomsPage,
  type TraceCount,
  type TraceCountAsk,
  type TracesAsk,
  type TracesPage,
} from '@plaza/proto/history';
import {
  MetricsClient,
  MetricsService,
  type FiguresAsk,
  type FiguresSeries,
  type TopRoomsAsk,
  type TopRoomsPage,
} from '@plaza/proto/metrics';
import { listenGrpc, serverOptions, type GrpcListener } from './listen.grpc.js';
import { ReaderUnavailable, type HistoryReader, type MetricsReader } from './readers.js';

const deadlineMs = 3000;
/** Counting reads what it counts. */
const countMs = 15_000;

export interface ReaderListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly credentials: ServerCredentials;
}

/** Asks the history service at `address` (host:port). Each read ends after `patienceMs`. */
export class GrpcHistoryReader implements HistoryReader {
  readonly #client: HistoryClient;

  constructor(
    address: string,
    credentials: ChannelCredentials,
    private readonly patienceMs = deadlineMs,
  ) {
    this.#client = new HistoryClient(address, credentials, grpcOptions);
  }

  read(ask: HistoryRead): Promise<HistoryPage> {
    return unary('history', (done) => this.#client.read(ask, new Metadata(), { deadline: Date.now() + this.patienceMs }, done));
  }

  rooms(ask: RoomsAsk): Promise<RoomsPage> {
    return unary('history', (done) => this.#client.listRooms(ask, new Metadata(), { deadline: Date.now() + this.patienceMs }, done));
  }

  traces(ask: TracesAsk): Promise<TracesPage> {
    return unary('history', (done) => this.#client.listTraces(ask, new Metadata(), { deadline: Date.now() + this.patienceMs }, done));
  }

  countTraces(ask: TraceCountAsk): Promise<TraceCount> {
    return unary('history', (done) => this.#client.countTraces(ask, new Metadata(), { deadline: Date.now() + countMs }, done));
  }

  close(): void {
    this.#client.close();
  }
}

/** Asks the metrics service at `address` likewise. */
export class GrpcMetricsReader implements MetricsReader {
  readonly #client: MetricsClient;

  constructor(
    address: string,
    credentials: ChannelCredentials,
    private readonly patienceMs = deadlineMs,
  ) {
    this.#client = new MetricsClient(address, credentials, grpcOptions);
  }

  topRooms(ask: TopRoomsAsk): Promise<TopRoomsPage> {
    return unary('metrics', (done) => this.#client.topRooms(ask, new Metadata(), { deadline: Date.now() + this.patienceMs }, done));
  }

  readFigures(ask: FiguresAsk): Promise<FiguresSeries> {
    return unary('metrics', (done) => this.#client.readFigures(ask, new Metadata(), { deadline: Date.now() + this.patienceMs }, done));
  }

  close(): void {
    this.#client.close();
  }
}

/** Opens the gRPC server of a history. */
export function serveHistory(reader: HistoryReader, options: ReaderListenOptions): Promise<GrpcListener> {
  const server = new Server(serverOptions);
  server.addService(HistoryService, {
    read: answered((ask: HistoryRead) => reader.read(ask)),
    listRooms: answered((ask: RoomsAsk) => reader.rooms(ask)),
    listTraces: answered((ask: TracesAsk) => reader.traces(ask)),
    countTraces: answered((ask: TraceCountAsk) => reader.countTraces(ask)),
  });
  return listenGrpc(server, options);
}

/** Opens the gRPC server of a metrics service. */
export function serveMetrics(reader: MetricsReader, options: ReaderListenOptions): Promise<GrpcListener> {
  const server = new Server(serverOptions);
  server.addService(MetricsService, {
    topRooms: answered((ask: TopRoomsAsk) => reader.topRooms(ask)),
    readFigures: answered((ask: FiguresAsk) => reader.readFigures(ask)),
  });
  return listenGrpc(server, options);
}

function unary<T>(what: string, call: (done: (error: ServiceError | null, answer: T) => void) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, answer) => {
      if (error === null) resolve(answer);
      else reject(new ReaderUnavailable(`${what} cannot be asked: ${causeOf(error)}`, { cause: error }));
    });
  });
}

const answered =
  <A, B>(read: (ask: A) => Promise<B>) =>
  (call: ServerUnaryCall<A, B>, done: sendUnaryData<B>): void => {
    read(call.request).then(
      (answer) => done(null, answer),
      (error: unknown) => done({ code: status.UNAVAILABLE, details: causeOf(error) }),
    );
  };
