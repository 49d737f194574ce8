/** An engine that can be started, and how it was found: one line for whoever reads along. */
export interface FoundBinary {
  readonly path: string;
  readonly found: string;
}
