import { median, percentile } from '../machine.js';

export interface Sample {
  /** Joins until then, in all. */
  readonly joins: number;
  readonly bytes: number;
}

export interface Growth {
  /** Median of the last quarter of the samples through that of the second: the first quarter is warming up. */
  readonly ratio: number;
  /** Above this it has grown: 2 %, and the noise, which is what lies between the quartiles of the second quarter. */
  readonly allowed: number;
  /** Of a line through the samples from the second quarter on (least squares). */
  readonly bytesAThousandJoins: number;
}

const tolerated = 0.02;

/** Throws where there are fewer than eight samples: no quarter would have a median. */
export function growthOf(samples: readonly Sample[]): Growth {
  if (samples.length < 8) throw new Error(`${samples.length} samples say nothing about growth`);
  const quarter = Math.floor(samples.length / 4);
  const bytes = (from: number, to?: number): number[] => samples.slice(from, to).map((sample) => sample.bytes);
  const second = bytes(quarter, 2 * quarter);
  const noise = (percentile(second, 75) - percentile(second, 25)) / median(second);
  return {
    ratio: median(bytes(-quarter)) / median(second),
    allowed: 1 + tolerated + noise,
    bytesAThousandJoins: 1000 * slope(samples.slice(quarter)),
  };
}

function slope(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number => samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [x, y] = [mean(({ joins }) => joins), mean(({ bytes }) => bytes)];
  return mean(({ joins, bytes }) => (joins - x) * (bytes - y)) / mean(({ joins }) => (joins - x) ** 2);
}
