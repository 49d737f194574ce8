import { AttributeWrite, type Attribute } from '@plaza/proto/client';
import { noticeOf, type Done, type NoticeOptions, type RoomRequests } from './room-requests.js';

export type AttributeValue = Partial<AttributeWrite> & Pick<AttributeWrite, 'key' | 'value'>;

/** `ifRevision`: refused where the attribute has another revision by now. */
export type AttributeKey = string | { readonly key: string; readonly ifRevision?: number };

/** Key-value attributes of the room: all of one call are written, or none. Others' attributes are changed by managers only. */
export class RoomAttributes {
  constructor(private readonly requests: RoomRequests) {}

  /** These keys (<= 100), or all. */
  async list(keys: readonly string[] = []): Promise<readonly Attribute[]> {
    return (await this.requests.read({ $case: 'listAttributes', value: { keys: [...keys] } }, 'attributePage')).attributes;
  }

  /** 1-100. `ifRevision: 0`: only where there is none. */
  set(attributes: readonly AttributeValue[], options: NoticeOptions = {}): Promise<Done> {
    const value = { attributes: attributes.map((attribute) => AttributeWrite.fromPartial(attribute)), notice: noticeOf(options) };
    return this.requests.manage({ $case: 'setAttributes', value });
  }

  /** 1-100. */
  remove(keys: readonly AttributeKey[], options: NoticeOptions = {}): Promise<Done> {
    const attributes = keys.map((key) => ({ ifRevision: undefined, ...(typeof key === 'string' ? { key } : key) }));
    return this.requests.manage({ $case: 'removeAttributes', value: { attributes, notice: noticeOf(options) } });
  }
}
