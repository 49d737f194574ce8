/** What of a `.cpuprofile` is looked at. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

/** A function's own time, without what it calls. */
export interface Entry {
  /** `function file:line`. */
  readonly where: string;
  /** Of the time in which the process was not idle. */
  readonly share: number;
}

/** The functions that the process spent its busy time in, the first `count` of them. */
export function heaviest({ nodes, samples, timeDeltas }: CpuProfile, count: number): Entry[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const micros = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, index) => {
    const where = names.get(id) as string;
    const took = timeDeltas[index] ?? 0;
    if (where === '(idle)') return;
    busy += took;
    micros.set(where, (micros.get(where) ?? 0) + took);
  });
  return [...micros]
    .sort((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([where, took]) => ({ where, share: took / busy }));
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  return url === '' ? name : `${name} ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`;
}
