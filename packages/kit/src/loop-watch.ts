/** Looks at a counter that an event loop increases, at the looker's own pace: while both are stopped together, nothing is missed. */
export class LoopWatch {
  #seen: number | undefined;
  #missed = 0;

  /** `looks`: so many in a row without a change mean that the loop is stuck. */
  constructor(private readonly looks: number) {}

  /** True: it is stuck. */
  look(count: number): boolean {
    this.#missed = count === this.#seen ? this.#missed + 1 : 0;
    this.#seen = count;
    return this.#missed >= this.looks;
  }
}
