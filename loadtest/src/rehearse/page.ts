import { planLines } from '../capacity/shown.js';
import { escaped } from '../k6/summary.js';
import { percentile } from '../machine.js';
import { plotOf, type Line, type Plot } from './plot.js';
import type { Rehearsal, Sample } from './rehearsal.js';
import type { Limit, Verdict } from './verdict.js';

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
h1{font-size:1.5rem;margin-bottom:.3rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #dde2ea;vertical-align:top}th{color:#5a6678;font-weight:600}
.broken td{background:#fdecec}.verdict{display:inline-block;padding:.2rem .9rem;border-radius:1rem;color:#fff;background:#12733c;font-weight:600}
.verdict.no{background:#b3261e}.verdict.open{background:#98751b}svg{width:100%;height:auto;margin:.6rem 0}pre{background:#f4f6f9;padding:.8rem;white-space:pre-wrap}`;

const colour: Readonly<Record<Verdict['fits'], string>> = { fits: '', 'does not fit': ' no', 'not known': ' open' };

/** The verdict with its plots, on one page that needs nothing else. `machine`: where it was taken. */
export function verdictPage(run: Rehearsal, verdict: Verdict, machine: string): string {
  const { asked, marks } = run;
  const kills = marks.length === 0 ? 'nothing was killed' : marks.map(({ atS, what }) => `${what} at ${Math.round(atS)} s`).join(', ');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Rehearsal: ${verdict.fits}</title><style>${style}</style></head><body>
<h1>Rehearsal: ${asked.viewers.toLocaleString('en-US')} viewers, ${asked.rate} messages a second, ${asked.joinRate.toLocaleString('en-US')} joins a second</h1>
<p><span class="verdict${colour[verdict.fits]}">${verdict.fits}</span> ${escaped(kills)}; ${asked.seconds} s in all</p>
<p>${escaped(firstLine(verdict))}</p>
<h2>Limits</h2><table><tr><th></th><th>promised</th><th>measured</th></tr>${verdict.limits.map(limitRow).join('')}</table>
<h2>What to add</h2>${verdict.add.length === 0 ? '<p>Nothing: one edge and one room-state process may be lost.</p>' : `<ul>${verdict.add.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`}
<h2>What it looked like</h2>${plotsOf(run).map(plotOf).join('\n')}
<h2>By the formulae</h2><pre>${verdict.plan === undefined ? 'no number of edges is enough' : escaped(planLines(verdict.plan).join('\n'))}</pre>
<p>Machine of the crowd: ${escaped(machine)}</p></body></html>
`;
}

function firstLine({ first }: Verdict): string {
  if (first === undefined) return 'Every limit was kept.';
  return `The first limit met: ${first.name}${first.sinceS === undefined ? '' : ` at ${Math.round(first.sinceS)} s`} (${first.measured}).`;
}

const limitRow = ({ name, promised, measured, ok }: Limit): string =>
  `<tr${ok ? '' : ' class="broken"'}><td>${ok ? 'kept' : 'NOT KEPT'}: ${name}</td><td>${escaped(promised)}</td><td>${escaped(measured)}</td></tr>`;

/** More lines than that nobody tells apart. */
const mostLines = 5;

/** Sockets, lag, pauses, messages, lost, processors: the same axis of time under each other. */
export function plotsOf({ samples, marks, asked }: Rehearsal): Plot[] {
  const seconds = Math.max(asked.seconds, samples.at(-1)?.atS ?? 0);
  const line = (name: string, value: (sample: Sample, index: number) => number | null): Line => ({
    name,
    points: samples.map((sample, index) => [sample.atS, value(sample, index)]),
  });
  const plot = (title: string, unit: string, lines: readonly Line[], limit?: number): Plot => ({
    ...{ title, unit, lines, marks, seconds },
    ...(limit === undefined ? {} : { limit }),
  });
  const pauseAt =
    (p: number) =>
    ({ pausesMs }: Sample): number | null =>
      pausesMs.length === 0 ? null : percentile(pausesMs, p);
  /** A look that came late has more of them. */
  const aSecond = (count: number, index: number): number => count / Math.max(0.1, samples[index]!.atS - (samples[index - 1]?.atS ?? 0));
  const busiest = busiestOf(samples).map((name) => line(name, ({ cpu }) => 100 * (cpu[name] ?? 0)));
  return [
    plot('Sockets in the room', '', [line('in', ({ open }) => open)], asked.viewers),
    plot('Lag to the last watched socket', ' ms', [line('p50', ({ lagP50 }) => lagP50), line('p99', ({ lagP99 }) => lagP99)], asked.lagMs),
    plot('Pauses of viewers that came back in a second', ' ms', [line('p50', pauseAt(50)), line('p99', pauseAt(99))], asked.pauseMs),
    plot('Messages a second', '', [
      line('accepted', ({ accepted }, index) => aSecond(accepted, index)),
      line('asked again', ({ unavailable }, index) => aSecond(unavailable, index)),
    ]),
    plot('Lost, so far', '', [line('broken chains', ({ breaks }) => breaks), line('told holes', ({ told }) => told)]),
    ...(busiest.length === 0 ? [] : [plot('Busiest processes, of a core', ' %', busiest, 100)]),
    plot(
      'Machine of the crowd',
      ' %',
      [line('busy', ({ machineBusy }) => 100 * machineBusy), line('by others', ({ machineOthers }) => 100 * machineOthers)],
      100,
    ),
  ];
}

/** By the whole of what they used. */
function busiestOf(samples: readonly Sample[]): string[] {
  const used = new Map<string, number>();
  for (const { cpu } of samples) for (const [name, share] of Object.entries(cpu)) used.set(name, (used.get(name) ?? 0) + share);
  return [...used]
    .sort((a, b) => b[1] - a[1])
    .slice(0, mostLines)
    .map(([name]) => name);
}
