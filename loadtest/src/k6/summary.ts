import type { Settings } from './settings.js';

/** What k6 hands to handleSummary, as far as it is shown. Only types are imported here: k6 and Node run the same file. */
export interface Summary {
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly state: { readonly testRunDurationMs: number };
}

export interface Metric {
  readonly type: string;
  /** `time`: the values are ms. */
  readonly contains: string;
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
}

export interface Kept {
  readonly metric: string;
  readonly threshold: string;
  readonly ok: boolean;
}

export const thresholdsOf = ({ metrics }: Summary): Kept[] =>
  Object.entries(metrics)
    .flatMap(([metric, { thresholds = {} }]) => Object.entries(thresholds).map(([threshold, { ok }]) => ({ metric, threshold, ok })))
    .sort((a, b) => Number(a.ok) - Number(b.ok) || a.metric.localeCompare(b.metric));

/** k6's engine has no locales. */
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** A figure with at most three digits that matter. */
export function shown(value: number, contains = 'default'): string {
  const text = Number.isInteger(value) ? grouped(value) : Number(value.toPrecision(3)).toString();
  return contains === 'time' ? `${text} ms` : text;
}

const valuesOf = ({ values, contains, type }: Metric): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${shown(value, type === 'trend' ? contains : 'default')}`)
    .join(', ');

const isOurs = (name: string): boolean =>
  name.startsWith('plaza_') || name.startsWith('http_req_duration') || name.startsWith('http_req_failed');

/** For a terminal: each threshold with what came out, then our own metrics. */
export function summaryLines(title: string, summary: Summary): string[] {
  const kept = thresholdsOf(summary);
  const failed = kept.filter(({ ok }) => !ok).length;
  const ours = Object.entries(summary.metrics).filter(([name]) => isOurs(name));
  return [
    `${title}: ${failed === 0 ? `all ${kept.length} thresholds kept` : `${failed} of ${kept.length} thresholds NOT kept`} in ${shown(Math.round(summary.state.testRunDurationMs / 100) / 10)} s`,
    ...kept.map(({ metric, threshold, ok }) => `  ${ok ? 'kept    ' : 'NOT KEPT'}  ${metric}: ${threshold}`),
    ...ours.map(([name, metric]) => `  ${name}: ${valuesOf(metric)}`),
  ];
}

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] as string);

const row = (cells: readonly string[], kind = ''): string =>
  `<tr${kind === '' ? '' : ` class="${kind}"`}>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
const table = (heads: readonly string[], rows: readonly string[]): string =>
  `<table><tr>${heads.map((head) => `<th>${escaped(head)}</th>`).join('')}</tr>${rows.join('')}</table>`;

/** Neither a key nor a secret is among them. */
const toldSettings = ['name', 'urls', 'api', 'sockets', 'joinRate', 'rate', 'seconds', 'messageBytes', 'dropBy'] as const;

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #dde2ea;vertical-align:top}th{color:#5a6678;font-weight:600}
.kept td:first-child{color:#12733c}.broken td{background:#fdecec}.broken td:first-child{color:#b3261e;font-weight:700}
.verdict{display:inline-block;padding:.2rem .8rem;border-radius:1rem;color:#fff;background:#12733c}.verdict.no{background:#b3261e}`;

/** One page that asks nothing of the network. */
export function summaryPage(title: string, settings: Settings, summary: Summary): string {
  const kept = thresholdsOf(summary);
  const failed = kept.filter(({ ok }) => !ok).length;
  const verdict = failed === 0 ? `all ${kept.length} thresholds kept` : `${failed} of ${kept.length} thresholds not kept`;
  const figures = Object.entries(summary.metrics).sort(([a], [b]) => Number(isOurs(b)) - Number(isOurs(a)) || a.localeCompare(b));
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style></head><body>
<h1>${escaped(title)}</h1><p><span class="verdict${failed === 0 ? '' : ' no'}">${verdict}</span> in ${shown(Math.round(summary.state.testRunDurationMs / 1000))} s</p>
<h2>Thresholds</h2>${table(
    ['', 'metric', 'threshold'],
    kept.map(({ metric, threshold, ok }) => row([ok ? 'kept' : 'not kept', metric, threshold], ok ? 'kept' : 'broken')),
  )}
<h2>Figures</h2>${table(
    ['metric', 'values'],
    figures.map(([name, metric]) => row([name, valuesOf(metric)])),
  )}
<h2>Asked for</h2>${table(
    ['setting', 'value'],
    toldSettings.map((name) => row([name, String(settings[name])])),
  )}
</body></html>
`;
}
