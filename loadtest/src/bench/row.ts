/** What a figure is, and what it should be. */
export interface Figure {
  readonly value: number;
  readonly unit: string;
  readonly better: 'less' | 'more';
  /** What it should reach; absent: it is only told. */
  readonly target?: number;
}

/** Of one row by name, as `compare` reads them again: ratios, so that another machine says the same; and what stands behind them. */
export interface RowResult {
  readonly figures: Readonly<Record<string, Figure>>;
  /** Whatever explains the figures. */
  readonly detail: object;
}

/** One benchmark of `npm run bench`. */
export interface Row {
  readonly name: string;
  /** In one line. */
  readonly what: string;
  /** Only with `--full`: it takes long. */
  readonly long?: boolean;
  /** `full`: longer windows, for a calmer median. */
  run(say: (line: string) => void, full: boolean): Promise<RowResult>;
}

export const atMost = (value: number, target: number | undefined, unit: string): Figure => ({
  value: Number(value.toPrecision(4)),
  unit,
  better: 'less',
  ...(target === undefined ? {} : { target }),
});

export const atLeast = (value: number, target: number | undefined, unit: string): Figure => ({
  ...atMost(value, target, unit),
  better: 'more',
});

export const isKept = ({ value, better, target }: Figure): boolean | undefined =>
  target === undefined ? undefined : better === 'less' ? value <= target : value >= target;
