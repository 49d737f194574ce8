/** Enums of the proto files have long names (`ROLE_ADMINISTRATOR`), the server API short words (`administrator`). */
type Enum = Readonly<Record<string, number>>;

/** The word of a value; what is unspecified has the word of the first real value. */
export function wordOf(values: Enum, value: number): string {
  const names = Object.keys(values).filter((name) => values[name]! >= 0);
  const prefix = commonPrefix(names);
  const name = names.find((one) => values[one] === (value > 0 ? value : 1)) ?? names[0]!;
  return name.slice(prefix.length).toLowerCase().replaceAll('_', '-');
}

/** The value of a word. Throws where there is none: schemas let no other through. */
export function valueOf<E extends Enum>(values: E, word: string): E[keyof E] {
  const names = Object.keys(values).filter((name) => values[name]! >= 0);
  const found = values[commonPrefix(names) + word.toUpperCase().replaceAll('-', '_')];
  if (found === undefined) throw new RangeError(`${word} is none of ${names.join(', ')}`);
  return found as E[keyof E];
}

/** Every word but the unspecified one. */
export function wordsOf(values: Enum): [string, ...string[]] {
  const names = Object.keys(values).filter((name) => values[name]! > 0);
  const words = names.map((name) => wordOf(values, values[name]!));
  return words as [string, ...string[]];
}

function commonPrefix(names: readonly string[]): string {
  let prefix = names[0] ?? '';
  for (const name of names) while (!name.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix.slice(0, prefix.lastIndexOf('_') + 1);
}
