import type { Fault } from './fault.js';
import { linkFaults } from './link-faults.js';
import { otherFaults } from './other-faults.js';
import { processFaults } from './process-faults.js';

export const faults: readonly Fault[] = [...processFaults, ...linkFaults, ...otherFaults];

/** The faults of these names; without names all. Throws where a name is unknown. */
export function faultsOf(names: readonly string[]): readonly Fault[] {
  const unknown = names.filter((name) => !faults.some((fault) => fault.name === name));
  if (unknown.length > 0)
    throw new Error(`there is no fault ${unknown.join(', ')}; there are ${faults.map(({ name }) => name).join(', ')}`);
  return names.length === 0 ? faults : faults.filter(({ name }) => names.includes(name));
}
