import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, EngineMissing, onPath, run } from '@plaza/testkit/engines';

const version = '1.36.3';
const buildMs = 20 * 60_000;
const commands = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'].map((name) => `k8s.io/kubernetes/cmd/${name}`);
const packages = ['go.etcd.io/etcd/server/v3', ...commands, 'sigs.k8s.io/kwok/cmd/kwok'];
/** What KWOK does with nodes, pods and volumes. Pods take a second to become ready: without that a rollout is over before anybody looks. */
const stages = ['node/fast', 'node/heartbeat-with-lease', 'pod/general', 'volume/fast'];

export interface KubeBinaries {
  readonly folder: string;
  readonly found: string;
}

/** Kubernetes, etcd and KWOK by Go from deploy/test/go.mod, built once for each version of it and of Go: 8 minutes on two cores. Throws EngineMissing. */
export async function kubeBinaries(module: string): Promise<KubeBinaries> {
  const named = process.env['PLAZA_TEST_KUBE_FOLDER'];
  if (named) return { folder: named, found: `Kubernetes named by PLAZA_TEST_KUBE_FOLDER` };
  const go = onPath('go') ?? onPath('/usr/local/go/bin/go');
  if (go === undefined) throw new EngineMissing('the Kubernetes servers are built by Go, and there is none on PATH');
  const goVersion = await run(go, ['env', 'GOVERSION'], 10_000);
  const files = ['go.mod', 'go.sum'].map((file) => readFileSync(join(module, file), 'utf8'));
  const hash = createHash('sha256')
    .update([goVersion, ...files].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const folder = await cached(`kube-${version}-${hash}`, (path) => build(go, module, path));
  return { folder, found: `Kubernetes ${version} with etcd and KWOK by ${goVersion.trim()}` };
}

async function build(go: string, module: string, folder: string): Promise<void> {
  const package_ = 'k8s.io/component-base/version';
  const [major = '', minor = ''] = version.split('.');
  const stamp = Object.entries({ gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' });
  const flags = `-s -w ${stamp.map(([name, value]) => `-X ${package_}.${name}=${value}`).join(' ')}`;
  try {
    await run(go, ['-C', module, 'build', '-trimpath', '-o', `${folder}/`, '-ldflags', flags, ...packages], buildMs, { CGO_ENABLED: '0' });
    await rename(join(folder, 'server'), join(folder, 'etcd'));
    const kwok = (await run(go, ['-C', module, 'list', '-m', '-f', '{{.Dir}}', 'sigs.k8s.io/kwok'], 60_000)).trim();
    await writeStages(folder, join(kwok, 'kustomize/stage'));
  } catch (error) {
    throw new EngineMissing(`building Kubernetes ${version} failed`, { cause: error });
  }
}

/** One file of all stages. */
async function writeStages(folder: string, source: string): Promise<void> {
  const rendered = stages.map((stage) => run(join(folder, 'kubectl'), ['kustomize', join(source, stage)], 30_000));
  const documents = (await Promise.all(rendered)).flatMap((text) => text.split(/^---$/m));
  await writeFile(join(folder, 'stages.yaml'), documents.filter((text) => /^kind: Stage$/m.test(text)).join('\n---\n'));
}
