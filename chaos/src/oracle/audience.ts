/**
 * Whether a reader with these tags is meant by a tag expression: the judge's own reading of `docs/protocol.md` (`and`, `or`, parentheses, "quoted").
 * `or` binds less. Empty: everybody.
 */
export function isMeant(expression: string, tags: ReadonlySet<string>): boolean {
  if (expression.trim() === '') return true;
  const words = expression.match(/"[^"]*"|[()]|[^\s()"]+/g) ?? [];
  let at = 0;
  const readOr = (): boolean => {
    let value = readAnd();
    while (words[at]?.toLowerCase() === 'or') {
      at++;
      const right = readAnd();
      value = value || right;
    }
    return value;
  };
  const readAnd = (): boolean => {
    let value = readTag();
    while (words[at]?.toLowerCase() === 'and') {
      at++;
      const right = readTag();
      value = value && right;
    }
    return value;
  };
  const readTag = (): boolean => {
    const word = words[at++] ?? '';
    if (word !== '(') return tags.has(word.replaceAll('"', ''));
    const inner = readOr();
    at++;
    return inner;
  };
  return readOr();
}
