import { developmentMistakes, readConfig } from '@plaza/kit';
import { environmentOf } from './environment.js';
import { workload, type KubeObject } from './objects.js';
import { servicesIn, tables, type ServiceName } from './services.js';

/** The keys of a Secret with their values as text; undefined where there is no such Secret. */
export type ReadSecret = (name: string) => Promise<Readonly<Record<string, string>> | undefined>;

/** What is wrong with the Secrets that the services refer to, by the name of the Secret, its key and the variable. No value is in it. */
export async function secretMistakes(objects: readonly KubeObject[], read: ReadSecret): Promise<string[]> {
  const known = new Map<string, ReturnType<ReadSecret>>();
  const once: ReadSecret = (name) => {
    const asked = known.get(name) ?? read(name);
    known.set(name, asked);
    return asked;
  };
  const all = await Promise.all(servicesIn(objects).map((service) => ofService(service, objects, once)));
  return [...new Set(all.flat())];
}

async function ofService(service: ServiceName, objects: readonly KubeObject[], read: ReadSecret): Promise<string[]> {
  const container = workload(objects, service)?.spec?.template?.spec.containers.find(({ name }) => name === 'plaza');
  if (container === undefined) return [];
  const mistakes: string[] = [];
  for (const [name, { secret }] of environmentOf(container, objects).given) {
    if (secret === undefined) continue;
    const value = (await read(secret.name))?.[secret.key];
    const where = `Secret ${secret.name}, key ${secret.key} (${name})`;
    if (value === undefined && !secret.optional) mistakes.push(`${where}: it is not there`);
    if (value !== undefined) mistakes.push(...valueMistakes(service, name, value).map((mistake) => `${where}: ${mistake}`));
  }
  return mistakes;
}

function valueMistakes(service: ServiceName, name: string, value: string): string[] {
  if (value.trim() !== value) return ['it begins or ends with blanks or a line break'];
  const entry = Object.entries(tables[service]).find(([, variable]) => variable.name === name);
  if (entry === undefined) return [];
  const read = readConfig({ [entry[0]]: entry[1] }, { [name]: value });
  const own = 'mistakes' in read ? read.mistakes : [];
  return [...own, ...developmentMistakes('0.0.0.0', { [name]: value })];
}
