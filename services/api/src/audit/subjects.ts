import type { Subject } from './audit.js';
import type { AuditEntry } from './entry.js';

/** Everything by which an entry is found, each once. */
export function subjectsOf({ room, operator, targets, act }: AuditEntry): Subject[] {
  const accounts = [...new Set([operator, ...targets])].filter((account) => account !== '');
  return [
    { kind: 'any', name: '' },
    { kind: 'act', name: act },
    ...(room === '' ? [] : [{ kind: 'room', name: room } as const]),
    ...accounts.map((name) => ({ kind: 'account', name }) as const),
  ];
}

/** As a key of an index; no name has a slash in front. */
export const keyOf = ({ kind, name }: Subject): string => `${kind}/${name}`;
