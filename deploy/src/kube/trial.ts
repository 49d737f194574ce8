import { causeOf } from '@plaza/kit';

/** A list of things that have to hold, each told in a line as it is tried; what follows is tried also where something did not hold. */
export class Trial {
  passed = 0;
  failed = 0;

  constructor(private readonly say: (line: string) => void) {}

  async check(what: string, hold: () => Promise<string | undefined> | string | undefined): Promise<void> {
    const atMs = performance.now();
    try {
      const found = await hold();
      this.passed++;
      this.#tell('ok  ', what, atMs, found);
    } catch (error) {
      this.failed++;
      this.#tell('FAIL', what, atMs, longCauseOf(error));
    }
  }

  get summary(): string {
    return `${this.passed} passed, ${this.failed} failed`;
  }

  #tell(result: string, what: string, atMs: number, found: string | undefined): void {
    const seconds = ((performance.now() - atMs) / 1000).toFixed(1);
    this.say(`${result} ${what} (${seconds} s)${found === undefined ? '' : `: ${found}`}`);
  }
}

const longCauseOf = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 1500) : causeOf(error));

export function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
