import { parentPort } from 'node:worker_threads';
import { TcpProxy, type LinkState } from './tcp-proxy.js';

export type LinkAsk =
  | { readonly id: number; readonly open: string; readonly targets: readonly string[] }
  | { readonly id: number; readonly set: readonly string[]; readonly state: LinkState }
  | { readonly id: number; readonly close: true };

export interface LinkAnswer {
  readonly id: number;
  /** Of the link that was opened. */
  readonly address?: string;
  readonly failure?: string;
}

const proxies = new Map<string, TcpProxy>();
const port = parentPort;
if (port === null) throw new Error('this is the worker of Links');

async function answer(ask: LinkAsk): Promise<string | undefined> {
  if ('open' in ask) {
    const proxy = await TcpProxy.open(...ask.targets);
    proxies.set(ask.open, proxy);
    return proxy.address;
  }
  if ('set' in ask) await Promise.all(ask.set.map(async (name) => proxies.get(name)?.set(ask.state)));
  else await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
  return undefined;
}

port.on('message', (ask: LinkAsk) => {
  answer(ask).then(
    (address) => port.postMessage({ id: ask.id, ...(address === undefined ? {} : { address }) } satisfies LinkAnswer),
    (error: unknown) => port.postMessage({ id: ask.id, failure: String(error) } satisfies LinkAnswer),
  );
});
