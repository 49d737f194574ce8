import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, freePort } from '@plaza/testkit';
import { Keeper, run, ServerProcess } from '@plaza/testkit/engines';
import { KubeApi } from './api.js';
import { makeCertificates } from './certificates.js';

export interface ControlPlane {
  readonly api: KubeApi;
  readonly kubeconfig: string;
  /** For files of the trial; goes away with it. */
  readonly folder: string;
  readonly certificates: string;
  /** Standard output; rejects with what kubectl said. */
  readonly kubectl: (...args: string[]) => Promise<string>;
  stop(): Promise<void>;
}

const startMs = 90_000;
const kubectlMs = 180_000;
const host = '127.0.0.1';

/** etcd, API server, controllers, scheduler and KWOK on loopback, on free ports; resolves when its nodes are ready. */
export async function startControlPlane(
  binaries: string,
  nodes: readonly { readonly name: string; readonly zone: string }[],
): Promise<ControlPlane> {
  const keeper = new Keeper();
  const servers: ServerProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const server of servers.reverse()) await server.stop();
    await keeper.close();
  };
  try {
    return await startServers(binaries, nodes, keeper, servers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startServers(
  binaries: string,
  nodes: readonly { readonly name: string; readonly zone: string }[],
  keeper: Keeper,
  servers: ServerProcess[],
  stop: () => Promise<void>,
): Promise<ControlPlane> {
  const { folder } = keeper;
  const certificates = join(folder, 'certificates');
  await makeCertificates(certificates);
  const certificate = (name: string): string => join(certificates, name);
  const [etcd, peers, port] = [await freePort(), await freePort(), await freePort()];
  const token = randomBytes(16).toString('hex');
  writeFileSync(certificate('tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(port, certificate('ca.crt'), token), { mode: 0o600 });
  const kubectl = (...args: string[]): Promise<string> => run(join(binaries, 'kubectl'), args, kubectlMs, { KUBECONFIG: kubeconfig });
  const start = async (name: string, args: readonly string[], answers: () => Promise<unknown>): Promise<void> => {
    const server = new ServerProcess({ name, command: join(binaries, name), args, folder, answers, startMs, guard: keeper.guard });
    servers.push(server);
    await server.start();
  };
  const api = new KubeApi(port, readFileSync(certificate('ca.crt'), 'utf8'), token);
  await start('etcd', etcdArgs(folder, etcd, peers), async () => {
    if (!existsSync(join(folder, 'etcd', 'member'))) throw new Error('no data yet');
  });
  await start('kube-apiserver', apiServerArgs(etcd, port, certificate), async () => {
    const { status } = await api.ask('GET', '/readyz');
    if (status !== 200) throw new Error(`/readyz: ${status}`);
  });
  const client = (secure: number): string[] => [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    `--bind-address=${host}`,
    `--secure-port=${secure}`,
    '--leader-elect=false',
  ];
  const controllers = [
    `--service-account-private-key-file=${certificate('sa.key')}`,
    `--root-ca-file=${certificate('ca.crt')}`,
    '--horizontal-pod-autoscaler-sync-period=2s',
  ];
  await start('kube-controller-manager', [...client(await freePort()), ...controllers], () =>
    kubectl('-n', 'default', 'get', 'serviceaccount', 'default'),
  );
  await start('kube-scheduler', client(await freePort()), () => Promise.resolve());
  await api.ask('POST', '/apis/storage.k8s.io/v1/storageclasses', volumes);
  const kwok = [
    `--kubeconfig=${kubeconfig}`,
    '--manage-all-nodes=true',
    `--config=${join(binaries, 'stages.yaml')}`,
    '--node-lease-duration-seconds=40',
    `--server-address=${host}:${await freePort()}`,
  ];
  await start('kwok', kwok, () => Promise.resolve());
  await addNodes(api, nodes);
  await kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s');
  mkdirSync(join(folder, 'files'));
  return { api, kubeconfig, folder: join(folder, 'files'), certificates, kubectl, stop };
}

/** The class of volumes that KWOK plays. */
const volumes = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'kwok-volume', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'kwok.x-k8s.io/volume',
  volumeBindingMode: 'Immediate',
};

const etcdArgs = (folder: string, port: number, peers: number): string[] => [
  `--data-dir=${join(folder, 'etcd')}`,
  '--unsafe-no-fsync',
  '--log-level=warn',
  `--listen-client-urls=http://${host}:${port}`,
  `--advertise-client-urls=http://${host}:${port}`,
  `--listen-peer-urls=http://${host}:${peers}`,
  `--initial-advertise-peer-urls=http://${host}:${peers}`,
  `--initial-cluster=default=http://${host}:${peers}`,
];

const apiServerArgs = (etcd: number, port: number, certificate: (name: string) => string): string[] => [
  `--etcd-servers=http://${host}:${etcd}`,
  `--bind-address=${host}`,
  `--advertise-address=${host}`,
  `--secure-port=${port}`,
  `--tls-cert-file=${certificate('tls.crt')}`,
  `--tls-private-key-file=${certificate('tls.key')}`,
  `--client-ca-file=${certificate('ca.crt')}`,
  `--token-auth-file=${certificate('tokens.csv')}`,
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-key-file=${certificate('sa.key')}`,
  `--service-account-signing-key-file=${certificate('sa.key')}`,
  `--requestheader-client-ca-file=${certificate('ca.crt')}`,
  '--requestheader-allowed-names=kube-apiserver',
  '--requestheader-extra-headers-prefix=X-Remote-Extra-',
  '--requestheader-group-headers=X-Remote-Group',
  '--requestheader-username-headers=X-Remote-User',
  `--proxy-client-cert-file=${certificate('tls.crt')}`,
  `--proxy-client-key-file=${certificate('tls.key')}`,
  '--service-cluster-ip-range=10.96.0.0/16',
  '--authorization-mode=Node,RBAC',
  '--endpoint-reconciler-type=none',
  '--allow-privileged=true',
];

const kubeconfigOf = (port: number, ca: string, token: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'trial', cluster: { server: `https://${host}:${port}`, 'certificate-authority': ca } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'trial', context: { cluster: 'trial', user: 'admin' } }],
    'current-context': 'trial',
  });

async function addNodes(api: KubeApi, nodes: readonly { readonly name: string; readonly zone: string }[]): Promise<void> {
  const size = { cpu: '16', memory: '64Gi', pods: '110' };
  for (const { name, zone } of nodes) {
    const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'topology.kubernetes.io/zone': zone };
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: {}, status: { capacity: size, allocatable: size } };
    await eventually(async () => {
      const { status, body } = await api.ask('POST', '/api/v1/nodes', node);
      if (status !== 201) throw new Error(`node ${name}: ${status} ${JSON.stringify(body)}`);
    });
  }
}
