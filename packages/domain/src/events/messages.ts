import { noState, type Appliers } from './applier.js';

export const messageEvents: Appliers<'message' | 'messageRecalled' | 'pinned' | 'unpinned'> = {
  message: noState,
  messageRecalled: noState,
  pinned: noState,
  unpinned: noState,
};
