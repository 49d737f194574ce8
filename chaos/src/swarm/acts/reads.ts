import { MemberList, ReadHistory } from '@plaza/proto/client';
import type { Choice } from './turn.js';

/** What changes nothing: every one of them has to be answered too. */
export const readActs: readonly Choice[] = [
  [1, () => ({ $case: 'getRoom', value: {} })],
  [1, () => ({ $case: 'listQueue', value: { pageToken: '', limit: 20 } })],
  [1, () => ({ $case: 'listMembers', value: { pageToken: '', limit: 20, list: MemberList.MEMBER_LIST_ONLINE, tag: '' } })],
  [1, () => ({ $case: 'readHistory', value: ReadHistory.fromPartial({ limit: 20 }) })],
  [1, () => ({ $case: 'react', value: { kind: 'heart', count: 1 } })],
];
