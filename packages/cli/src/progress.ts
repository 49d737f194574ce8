/** How far a long work is. */
export interface Progress {
  /** Of the total. */
  at(done: number): void;
  /** Nothing of it stays on the screen. */
  end(): void;
}

const width = 30;
/** A terminal is written to at most so often. */
const gapMs = 100;

export const noProgress: Progress = { at: () => undefined, end: () => undefined };

/** One line on a terminal, written over again. */
export function progressBar(label: string, total: number, write: (text: string) => void, now: () => number = Date.now): Progress {
  let shownMs = -Infinity;
  return {
    at(done) {
      if (now() - shownMs < gapMs) return;
      shownMs = now();
      write(`\r${barOf(label, done, total)}\u001b[K`);
    },
    end() {
      write('\r\u001b[K');
    },
  };
}

export function barOf(label: string, done: number, total: number): string {
  const part = total <= 0 ? 1 : Math.min(1, Math.max(0, done / total));
  const full = Math.round(part * width);
  return `${label} [${'#'.repeat(full)}${'.'.repeat(width - full)}] ${Math.floor(part * 100)} %  ${done} of ${total}`;
}
