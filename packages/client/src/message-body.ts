import { Body } from '@plaza/proto/client';

type Content = NonNullable<Body['content']>;
type Named<C> = C extends Content ? { readonly [K in C['$case']]: Partial<C['value']> } & { readonly ext?: string } : never;

/** What is said: a text, or one kind of content by its name (`{ image: { url } }`), or a body as an event has it. */
export type MessageBody = string | Named<Content> | Body;

export function bodyOf(body: MessageBody): Body {
  if (typeof body === 'string') return { ext: '', content: { $case: 'text', value: { text: body } } };
  return 'content' in body ? body : Body.fromJSON(body);
}
