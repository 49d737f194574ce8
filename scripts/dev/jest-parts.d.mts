export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export declare function sumOf(all: readonly Counts[]): Counts;
export declare function summaryLine(counts: Counts): string;
