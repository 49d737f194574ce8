/** What a speaker says: `@<unix ms>@<speaker>#<n>@`, then dots. Imports nothing: k6 and Node run the same file. */
export interface Said {
  readonly sentMs: number;
  readonly speaker: string;
  /** Counts from 1 for each speaker; 0: this one does not count. */
  readonly number: number;
}

/** As long as `length` characters where the stamp leaves room for dots; `filler` may be a character of several bytes. */
export function speech({ sentMs, speaker, number }: Said, length: number, filler = '.'): string {
  const stamp = `@${sentMs}@${speaker}#${number}@`;
  return stamp + filler.repeat(Math.max(0, length - stamp.length));
}

/** Undefined: nothing that a speaker says. */
export function saidIn(text: string | undefined): Said | undefined {
  const found = /^@(\d+)@([\w-]+)#(\d+)@/.exec(text ?? '');
  if (found === null) return undefined;
  return { sentMs: Number(found[1]), speaker: found[2] as string, number: Number(found[3]) };
}

/** What one listener heard: that speakers count without holes is a second witness beside the chain, which the server itself writes. */
export class Heard {
  readonly #last = new Map<string, number>();

  /** How many messages of the speaker are missing before this one; below 0: it came again, or too late. The first that is heard may have any number. */
  missingBefore({ speaker, number }: Said): number {
    if (number === 0) return 0;
    const last = this.#last.get(speaker);
    if (last === undefined || number > last) this.#last.set(speaker, number);
    return last === undefined ? 0 : number - last - 1;
  }

  /** Where a hole was told, what is missing in it is not lost. */
  forget(): void {
    this.#last.clear();
  }
}
