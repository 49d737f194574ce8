/** Previous values in an event weigh at most so many characters together: a record of the log has a bound. */
const mostCharacters = 16_384;

/** Former elements or attributes for an event, without their values where those would weigh too much. */
export function lightened<T extends { readonly value: string }>(items: readonly T[]): T[] {
  const weight = items.reduce((sum, { value }) => sum + value.length, 0);
  return weight <= mostCharacters ? [...items] : items.map((item) => ({ ...item, value: '' }));
}
