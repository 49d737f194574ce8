import type { Body, Location, Media, Notification, Tip } from '@plaza/proto/client';
import { checkRange, checkTexts, textLimits, type TextRule } from '../limits.js';
import { refuse, type Refusal } from '../refusal.js';
import type { Limits } from '../types.js';

type Content = NonNullable<Body['content']>;

const name = /^[A-Za-z0-9_.-]{1,32}$/;
const currency = /^[A-Za-z0-9_.-]{0,16}$/;
const mimeType = /^(?:[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*)?$/i;
const mostTips = 1_000_000;

/** What is wrong with a body; undefined: nothing. */
export function checkBody(body: Body | undefined, limits: Limits): Refusal | undefined {
  if (!body?.content) return refuse('bad-request', 'a message needs a body with content');
  return (
    checkContent(body.content, limits.bodyCodePoints) ??
    checkTexts([{ field: 'ext', text: body.ext, most: limits.extCodePoints, opaque: true }])
  );
}

function checkContent(content: Content, most: number): Refusal | undefined {
  switch (content.$case) {
    case 'text':
      return content.value.text === ''
        ? refuse('bad-request', 'the text is empty')
        : checkTexts([{ field: 'text', text: content.value.text, most }]);
    case 'custom':
      if (!name.test(content.value.subType)) return refuse('bad-request', 'sub_type is 1-32 of A-Z a-z 0-9 _ - .');
      return checkTexts([{ field: 'content', text: content.value.content, most, opaque: true }]);
    case 'location':
      return checkLocation(content.value);
    case 'notification':
      return checkNotification(content.value, most);
    case 'tip':
      return checkTip(content.value, most);
    default:
      return checkMedia(content.value);
  }
}

const within = (value: number, bound: number): boolean => value >= -bound && value <= bound;

function checkMedia({ url, name: title, mimeType: type }: Media): Refusal | undefined {
  const rules: TextRule[] = [
    { field: 'url', text: url, most: textLimits.mediaUrl },
    { field: 'name', text: title, most: textLimits.mediaName },
    { field: 'mime_type', text: type, most: textLimits.mimeType },
  ];
  if (!isWebAddress(url)) return checkTexts(rules) ?? refuse('bad-request', 'url is an http or https address');
  return checkTexts(rules) ?? (mimeType.test(type) ? undefined : refuse('bad-request', 'mime_type is type/subtype'));
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\/[^\s/]/i.test(url) && URL.canParse(url);
}

function checkLocation({ latitude, longitude, title, address }: Location): Refusal | undefined {
  if (!within(latitude, 90) || !within(longitude, 180)) return refuse('bad-request', 'latitude is -90 to 90, longitude -180 to 180');
  return checkTexts([
    { field: 'title', text: title, most: textLimits.title },
    { field: 'address', text: address, most: textLimits.address },
  ]);
}

function checkNotification({ title, text }: Notification, most: number): Refusal | undefined {
  if (title === '') return refuse('bad-request', 'the title is empty');
  return checkTexts([
    { field: 'title', text: title, most: textLimits.title },
    { field: 'text', text, most },
  ]);
}

function checkTip({ gift, count, currency: unit, text }: Tip, most: number): Refusal | undefined {
  if (gift === '') return refuse('bad-request', 'gift is empty');
  if (!currency.test(unit)) return refuse('bad-request', 'currency is up to 16 of A-Z a-z 0-9 _ - .');
  const rules: TextRule[] = [
    { field: 'gift', text: gift, most: textLimits.gift },
    { field: 'text', text, most },
  ];
  return checkRange('count', count, 1, mostTips) ?? checkTexts(rules);
}
