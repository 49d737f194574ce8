/** One line, or a line a label, of a panel. `expr` is PromQL; `$__rate_interval` stands where Grafana puts the interval of rates. */
export interface Query {
  readonly expr: string;
  /** With labels as {{job}}. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What it tells whoever looks, and when to worry. */
  readonly about: string;
  /** Of Grafana: short, s, bytes, ops, percentunit. */
  readonly unit: 'short' | 's' | 'bytes' | 'ops' | 'percentunit';
  readonly queries: readonly Query[];
  /** One number instead of a graph. */
  readonly stat?: boolean;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface DashboardSpec {
  /** Of its address and its file. */
  readonly uid: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

export const rate = (metric: string): string => `rate(${metric}[$__rate_interval])`;
export const sumRate = (metric: string, by = ''): string => `sum${by === '' ? '' : ` by (${by})`}(${rate(metric)})`;
/** Of a histogram: what so large a part took no longer than. */
export const quantile = (part: number, histogram: string, by = ''): string =>
  `histogram_quantile(${part}, sum by (le${by === '' ? '' : `, ${by}`}) (${rate(`${histogram}_bucket`)}))`;

export const graph = (
  title: string,
  about: string,
  unit: Panel['unit'],
  ...queries: readonly (readonly [expr: string, legend: string])[]
): Panel => ({
  ...{ title, about, unit },
  queries: queries.map(([expr, legend]) => ({ expr, legend })),
});
export const stat = (title: string, about: string, unit: Panel['unit'], expr: string): Panel => ({
  ...graph(title, about, unit, [expr, '']),
  stat: true,
});
/** p50 and p99 of a histogram of seconds. */
export const times = (title: string, about: string, histogram: string, by = ''): Panel => {
  const legend = by === '' ? '' : ` {{${by}}}`;
  return graph(title, about, 's', [quantile(0.5, histogram, by), `p50${legend}`], [quantile(0.99, histogram, by), `p99${legend}`]);
};
