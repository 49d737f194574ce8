import { QueueChange, type Attribute, type QueueElement } from '@plaza/proto/client';
import { wordOf } from '../words.js';
import { isByItself, plain, type By, type Judges } from './act.js';
import type { Details } from './entry.js';

type Cases = 'message' | 'messageRecalled' | 'pinned' | 'unpinned' | 'attributesChanged' | 'queueChanged';

/** What is done to messages, attributes and the queue: a management act where it is not one's own that is touched. */
export const actsOnContent: Judges<Cases> = {
  message: () => undefined,
  messageRecalled({ recalled, account, sinceMs }, by) {
    if (recalled !== 0 && account !== '' && account === by.operator) return undefined;
    return { details: recalled === 0 ? { sinceMs } : { messageId: String(recalled) } };
  },
  pinned({ pinned, previousMessageId }) {
    const author = pinned?.message?.account ?? '';
    const previous: Details = previousMessageId === '' ? {} : { messageId: previousMessageId };
    return { targets: author === '' ? [] : [author], details: { messageId: pinned?.messageId ?? '' }, previous };
  },
  unpinned: ({ messageId }) => ({ details: { messageId } }),
  attributesChanged({ set, removed, previous }, by) {
    const owners = ownersOf([...set, ...previous]);
    if (isOwn(owners, by)) return undefined;
    return { targets: others(owners, by), details: { set: set.map(attributeOf), removed }, previous: { set: previous.map(attributeOf) } };
  },
  queueChanged({ change, elements, previous, size }, by) {
    const owners = ownersOf([...elements, ...previous]);
    if (change === QueueChange.QUEUE_CHANGE_OWNER_LEFT || (aboutElements.has(change) && isOwn(owners, by))) return undefined;
    const details = { change: wordOf(QueueChange, change), elements: elements.map(elementOf), ...(isInit(change) ? { size } : {}) };
    return { targets: others(owners, by), details, previous: { elements: previous.map(elementOf) } };
  },
};

const aboutElements: ReadonlySet<QueueChange> = new Set([
  QueueChange.QUEUE_CHANGE_OFFER,
  QueueChange.QUEUE_CHANGE_POLL,
  QueueChange.QUEUE_CHANGE_UPDATE,
]);
const isInit = (change: QueueChange): boolean => change === QueueChange.QUEUE_CHANGE_INIT;

const ownersOf = (owned: readonly { readonly owner: string }[]): string[] => [...new Set(owned.map(({ owner }) => owner))].sort();
/** What fell due is nobody's act; everything else is, but where each owner is who acts. */
const isOwn = (owners: readonly string[], by: By): boolean =>
  isByItself(by) || (by.operator !== '' && owners.every((owner) => owner === by.operator));
const others = (owners: readonly string[], { operator }: By): string[] => owners.filter((owner) => owner !== '' && owner !== operator);

const attributeOf = ({ key, value, owner, withOwner }: Attribute): Details => plain({ key, value, owner, withOwner });
const elementOf = ({ key, value, owner, transient }: QueueElement): Details => plain({ key, value, owner, transient });
