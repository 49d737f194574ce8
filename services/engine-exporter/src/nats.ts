import type { Engine, Sample } from './engine.js';

interface Varz {
  readonly connections: number;
  readonly slow_consumers: number;
  readonly in_msgs: number;
  readonly out_msgs: number;
  readonly in_bytes: number;
  readonly out_bytes: number;
  readonly mem: number;
  readonly server_name: string;
}

interface Replica {
  readonly current?: boolean;
  readonly offline?: boolean;
}

interface StreamDetail {
  readonly name: string;
  readonly state: { readonly messages: number; readonly bytes: number; readonly last_seq: number };
  readonly cluster?: { readonly leader?: string; readonly replicas?: readonly Replica[] };
}

interface Jsz {
  readonly storage: number;
  readonly api?: { readonly errors?: number };
  readonly account_details?: readonly { readonly stream_detail?: readonly StreamDetail[] }[];
}

const answerMs = 3000;

/** A nats-server, by its HTTP monitor. */
export class NatsMonitor implements Engine {
  readonly engine = 'nats';
  readonly server: string;

  constructor(private readonly url: string) {
    this.server = new URL(url).host;
  }

  async read(): Promise<readonly Sample[]> {
    const [varz, jsz] = await Promise.all([this.#get<Varz>('/varz'), this.#get<Jsz>('/jsz?streams=true')]);
    return natsSamples(varz, jsz);
  }

  close(): void {
    // A request ends by itself.
  }

  async #get<T>(path: string): Promise<T> {
    const response = await fetch(new URL(path, this.url), { redirect: 'error', signal: AbortSignal.timeout(answerMs) });
    if (!response.ok) throw new Error(`${this.url} answers ${response.status}`);
    return (await response.json()) as T;
  }
}

export function natsSamples(varz: Varz, jsz: Jsz): Sample[] {
  const streams = (jsz.account_details ?? []).flatMap(({ stream_detail: details = [] }) => details);
  return [
    { figure: 'nats_connections', value: varz.connections },
    { figure: 'nats_slow_consumers_total', value: varz.slow_consumers },
    { figure: 'nats_in_messages_total', value: varz.in_msgs },
    { figure: 'nats_out_messages_total', value: varz.out_msgs },
    { figure: 'nats_in_bytes_total', value: varz.in_bytes },
    { figure: 'nats_out_bytes_total', value: varz.out_bytes },
    { figure: 'nats_memory_bytes', value: varz.mem },
    { figure: 'nats_jetstream_store_bytes', value: jsz.storage },
    { figure: 'nats_jetstream_api_errors_total', value: jsz.api?.errors ?? 0 },
    ...streams.flatMap((stream) => streamSamples(stream, varz.server_name)),
  ];
}

function streamSamples({ name, state, cluster }: StreamDetail, me: string): Sample[] {
  const labels = { stream: name };
  const leads = cluster === undefined || cluster.leader === me;
  const behind = (cluster?.replicas ?? []).filter(({ current = false, offline = false }) => offline || !current).length;
  return [
    { figure: 'nats_stream_messages', labels, value: state.messages },
    { figure: 'nats_stream_bytes', labels, value: state.bytes },
    { figure: 'nats_stream_last_sequence', labels, value: state.last_seq },
    { figure: 'nats_stream_leader', labels, value: leads ? 1 : 0 },
    // Only a leader knows of its replicas.
    ...(leads ? [{ figure: 'nats_stream_replicas_behind', labels, value: behind } as const] : []),
  ];
}
