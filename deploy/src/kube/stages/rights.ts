import { namespace } from './common.js';
import type { ControlPlane } from '../control-plane.js';
import { expectThat, type Trial } from '../trial.js';

export async function tryRights(trial: Trial, { api }: ControlPlane): Promise<void> {
  const bind = (role: string, user: string): Promise<unknown> =>
    api.ask('POST', `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`, {
      metadata: { name: user },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user }],
    });
  await bind('plaza-viewer', 'viewer');
  await bind('plaza-operator', 'operator');
  const may = async (user: string, [verb = '', resource = '', subresource]: readonly string[], group = ''): Promise<boolean> => {
    const attributes = { namespace, verb, resource, group, ...(subresource === undefined ? {} : { subresource }) };
    const { body } = await api.ask('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      spec: { user, resourceAttributes: attributes },
    });
    return (body as { status: { allowed: boolean } }).status.allowed;
  };
  const rights: readonly [string, string, string, boolean][] = [
    ['viewer', 'get pods', '', true],
    ['viewer', 'list deployments', 'apps', true],
    ['viewer', 'get secrets', '', false],
    ['viewer', 'delete pods', '', false],
    ['viewer', 'create pods exec', '', false],
    ['operator', 'patch deployments', 'apps', true],
    ['operator', 'patch statefulsets scale', 'apps', true],
    ['operator', 'create pods eviction', '', true],
    ['operator', 'get secrets', '', false],
    ['operator', 'create pods exec', '', false],
    ['operator', 'delete deployments', 'apps', false],
    ['system:serviceaccount:plaza:edge', 'get pods', '', false],
    ['system:serviceaccount:plaza:room-state', 'get secrets', '', false],
    ['system:serviceaccount:plaza:api', 'list configmaps', '', false],
  ];
  for (const [user, act, group, allowed] of rights)
    await trial.check(`${user} ${allowed ? 'may' : 'may not'} ${act}`, async () => {
      expectThat((await may(user, act.split(' '), group)) === allowed, `the API server says ${String(!allowed)}`);
      return undefined;
    });
}
