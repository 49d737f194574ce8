/** Some fields of an object, for a message of which every field may be absent. */
export function pick<T extends object>(from: object, names: readonly string[]): Partial<T> {
  const picked: Partial<T> = {};
  for (const name of names) picked[name as keyof T] = (from as T)[name as keyof T];
  return picked;
}
