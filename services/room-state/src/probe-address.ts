import { connect } from 'node:net';

const probeMs = 500;

/** Whether nobody listens at host:port any more. Silence and other failures are no answer: a machine that is gone is noticed by its missing beats. */
export function isRefused(address: string): Promise<boolean> {
  const at = address.lastIndexOf(':');
  const port = Number(address.slice(at + 1));
  if (address.startsWith('local:') || at < 0 || !Number.isInteger(port) || port <= 0) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect({ host: address.slice(0, at).replace(/^\[|\]$/g, ''), port });
    const done = (refused: boolean): void => {
      socket.destroy();
      resolve(refused);
    };
    socket.setTimeout(probeMs, () => done(false));
    socket.once('connect', () => done(false));
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code === 'ECONNREFUSED'));
  });
}
