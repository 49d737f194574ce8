/** Whether a set of tags matches a tag expression (`and`, `or`, parentheses); an expression that is none matches nobody. */
export function matchesAudience(_expression: string, _tags: ReadonlySet<string>): boolean {
  return false;
}
