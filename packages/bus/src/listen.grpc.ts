import type { Server, ServerCredentials, ServerOptions } from '@grpc/grpc-js';
import { grpcOptions } from '@plaza/kit/grpc';

export interface GrpcListener {
  readonly port: number;
  /** Ends what is under way within half a second. Safe to call twice. */
  close(): Promise<void>;
}

/** What every gRPC server of ours limits. */
export const serverOptions: ServerOptions = { ...grpcOptions, 'grpc.max_concurrent_streams': 1000 };

const shutdownMs = 500;

/** Binds `server`; rejects when the port is taken. `beforeClose` lets go of what would keep it from closing. */
export function listenGrpc(
  server: Server,
  { host, port, credentials }: { readonly host: string; readonly port: number; readonly credentials: ServerCredentials },
  beforeClose: () => void = () => undefined,
): Promise<GrpcListener> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, credentials, (error, bound) => {
      if (error !== null) reject(error);
      else resolve({ port: bound, close: () => closeServer(server, beforeClose) });
    });
  });
}

function closeServer(server: Server, beforeClose: () => void): Promise<void> {
  beforeClose();
  return new Promise((resolve) => {
    const late = setTimeout(() => server.forceShutdown(), shutdownMs);
    server.tryShutdown(() => {
      clearTimeout(late);
      resolve();
    });
  });
}
