import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { freePort } from '@plaza/testkit';
import type { ControlPlane } from './control-plane.js';

const group = 'external.metrics.k8s.io';
const metric = 'plaza_edge_connections';

export interface Figures {
  /** What the autoscaler is told from now on: all open sockets. */
  sockets: number;
  close(): void;
}

/** In the place of a metrics adapter: an API of the cluster that tells how many sockets there are. */
export async function serveFigures({ api, certificates }: ControlPlane): Promise<Figures> {
  const port = await freePort();
  const read = (file: string): Buffer => readFileSync(join(certificates, file));
  const figures = { sockets: 0, close: () => server.close() };
  const server = createServer({ cert: read('tls.crt'), key: read('tls.key') }, (request, response) => {
    const body = answerTo(request.url ?? '', figures.sockets);
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await api.ask('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: 'figures' },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
  });
  await api.ask('POST', '/apis/apiregistration.k8s.io/v1/apiservices', {
    metadata: { name: `v1beta1.${group}` },
    spec: {
      group,
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service: { namespace: 'default', name: 'figures', port },
      caBundle: read('ca.crt').toString('base64'),
    },
  });
  return figures;
}

function answerTo(url: string, sockets: number): unknown {
  const path = url.split('?')[0] ?? '';
  const of = { apiVersion: `${group}/v1beta1` };
  if (path === `/apis/${group}/v1beta1`)
    return {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: of.apiVersion,
      resources: [{ name: metric, singularName: '', namespaced: true, kind: 'ExternalMetricValueList', verbs: ['get'] }],
    };
  if (!path.endsWith(`/${metric}`)) return undefined;
  const item = { metricName: metric, metricLabels: {}, timestamp: new Date().toISOString(), value: String(sockets) };
  return { kind: 'ExternalMetricValueList', ...of, metadata: {}, items: [item] };
}
