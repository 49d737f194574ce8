import type { Body } from '@plaza/proto/client';
import type { Span } from './terms.js';

/** The text with a `*` for each code point of the spans. */
export function masked(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  const points = [...text];
  for (const { from, to } of spans) points.fill('*', from, to);
  return points.join('');
}

/** Every text of a body that people read, through `change`. */
export function withTexts(body: Body, change: (text: string) => string): Body {
  const { content } = body;
  if (content === undefined) return body;
  switch (content.$case) {
    case 'text':
      return { ...body, content: { $case: 'text', value: { text: change(content.value.text) } } };
    case 'tip':
      return { ...body, content: { $case: 'tip', value: { ...content.value, text: change(content.value.text) } } };
    case 'notification': {
      const value = { title: change(content.value.title), text: change(content.value.text) };
      return { ...body, content: { $case: 'notification', value } };
    }
    case 'location': {
      const value = { ...content.value, title: change(content.value.title), address: change(content.value.address) };
      return { ...body, content: { $case: 'location', value } };
    }
    case 'custom':
      return body;
    default:
      return { ...body, content: { ...content, value: { ...content.value, name: change(content.value.name) } } };
  }
}

/** The texts of a body that people read. The platform's own content is its own matter. */
export function textsOf(body: Body): string[] {
  const texts: string[] = [];
  withTexts(body, (text) => {
    texts.push(text);
    return text;
  });
  return texts;
}
