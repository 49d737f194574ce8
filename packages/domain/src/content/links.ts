import type { Span } from './terms.js';

/** With a scheme, or `www.`, or a name whose last part is a top-level domain that spam uses; a bare word with a dot is none. */
const link =
  /(?:\b[a-z][a-z0-9+.-]{1,9}:\/\/\S+)|(?:\bwww\.[^\s.]+\.\S+)|(?:\b(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+(?:com|net|org|info|biz|io|gg|tv|me|co|app|dev|live|shop|store|xyz|top|site|online|club|vip|link|click|ly|to|cc|ru|cn|de|uk|fr|es|it|nl|pl|eu|us|in|br|jp|kr)\b(?:[/?#]\S*)?)/giu;

/** Where links stand, by code points. */
export function findLinks(text: string): Span[] {
  const width = text.normalize('NFKC').length === text.length ? text.normalize('NFKC') : text;
  return Array.from(width.matchAll(link), ({ 0: found, index }) => {
    const from = [...width.slice(0, index)].length;
    return { from, to: from + [...found].length };
  });
}
