/** A number above 0 from the environment, for a row that may be made shorter or longer. Throws, by its name, what is none. */
export function numberOf(name: string, otherwise: number, env: NodeJS.ProcessEnv = process.env): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new Error(`${name} is ${text}, not a number above 0`);
  return value;
}
