import { escaped } from '../k6/summary.js';
import type { Mark } from './rehearsal.js';

export interface Line {
  readonly name: string;
  /** [seconds, value]; a null is a gap. */
  readonly points: readonly (readonly [number, number | null])[];
}

export interface Plot {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly marks: readonly Mark[];
  /** Drawn across: what has to be kept. */
  readonly limit?: number;
  /** Seconds of the whole. */
  readonly seconds: number;
}

const [width, height] = [880, 240];
const inner = { left: 64, right: 16, top: 46, bottom: 28 };
const colours = ['#2563a8', '#c2571a', '#12733c', '#7a3fa0', '#98751b', '#3a8f9e', '#8a2f4a', '#5b6472'];

/** 1, 2 or 5 times a power of ten, so that at most five lines are drawn. */
export function stepOf(most: number): number {
  const raw = most / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
}

/** One plot as SVG of its own: no script, no style sheet, nothing from elsewhere. */
export function plotOf({ title, unit, lines, marks, limit, seconds }: Plot): string {
  const values = lines.flatMap(({ points }) => points.flatMap(([, value]) => (value === null ? [] : [value])));
  const most = Math.max(1, limit ?? 0, ...values);
  const step = stepOf(most);
  const top = Math.ceil(most / step) * step;
  const x = (atS: number): number => round(inner.left + (atS / Math.max(1, seconds)) * (width - inner.left - inner.right));
  const y = (value: number): number => round(height - inner.bottom - (value / top) * (height - inner.top - inner.bottom));
  const parts = [
    ...grid(top, step, unit, y),
    ...times(seconds, x),
    ...marks.map((mark, index) => markOf(mark, index, x)),
    ...(limit === undefined
      ? []
      : [
          `<line x1="${inner.left}" x2="${width - inner.right}" y1="${y(limit)}" y2="${y(limit)}" stroke="#b3261e" stroke-dasharray="6 4"/>`,
        ]),
    ...lines.map((line, index) => pathOf(line, colours[index % colours.length] as string, x, y)),
    ...lines.map(({ name }, index) => keyOf(name, index)),
  ];
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui,sans-serif" font-size="11"><text x="0" y="14" font-size="13" font-weight="600">${escaped(title)}</text>${parts.join('')}</svg>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

function grid(top: number, step: number, unit: string, y: (value: number) => number): string[] {
  const lines = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  return lines.map(
    (value) =>
      `<line x1="${inner.left}" x2="${width - inner.right}" y1="${y(value)}" y2="${y(value)}" stroke="#dde2ea"/><text x="${inner.left - 6}" y="${y(value) + 4}" text-anchor="end" fill="#5a6678">${Number(value.toPrecision(6)).toLocaleString('en-US')}${unit}</text>`,
  );
}

function times(seconds: number, x: (atS: number) => number): string[] {
  const step = Math.max(1, stepOf(seconds * 0.7));
  const at = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step);
  return at.map((atS) => `<text x="${x(atS)}" y="${height - 8}" text-anchor="middle" fill="#5a6678">${atS} s</text>`);
}

/** Above the plot, in two lines in turn, and to the left of its line where the right is near. */
function markOf({ atS, what }: Mark, index: number, x: (atS: number) => number): string {
  const isRight = x(atS) > 0.8 * width;
  const at = x(atS) + (isRight ? -4 : 4);
  return (
    `<line x1="${x(atS)}" x2="${x(atS)}" y1="${inner.top - 24}" y2="${height - inner.bottom}" stroke="#b3261e"/>` +
    `<text x="${at}" y="${inner.top - 16 + (index % 2) * 12}"${isRight ? ' text-anchor="end"' : ''} fill="#b3261e">${escaped(what)}</text>`
  );
}

/** From the right. */
const keyWidth = 118;
const keyOf = (name: string, index: number): string =>
  `<rect x="${width - keyWidth * (index + 1)}" y="5" width="12" height="8" fill="${colours[index % colours.length]}"/><text x="${width - keyWidth * (index + 1) + 17}" y="13">${escaped(name)}</text>`;

/** A line, broken where there is nothing; a value alone is a dot. */
function pathOf({ points }: Line, colour: string, x: (atS: number) => number, y: (value: number) => number): string {
  const at = (index: number): number | null => points[index]?.[1] ?? null;
  const known = points.flatMap(([atS, value], index) => (value === null ? [] : [{ index, place: [x(atS), y(value)] as const }]));
  const alone = known.filter(({ index }) => at(index - 1) === null && at(index + 1) === null);
  const steps = known.map(({ index, place }) => `${at(index - 1) === null ? 'M' : 'L'}${place.join(' ')}`);
  const dots = alone.map(({ place: [cx, cy] }) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`);
  return `<path d="${steps.join('')}" fill="none" stroke="${colour}" stroke-width="1.6"/>${dots.join('')}`;
}
