import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** What happened when, as lines on the terminal and in `timeline.log` of the run's folder. */
export class Timeline {
  readonly #startedMs = performance.now();
  readonly #file: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, 'timeline.log');
  }

  readonly say = (line: string): void => {
    const text = `${clockText(performance.now() - this.#startedMs)}  ${line}\n`;
    process.stdout.write(text);
    appendFileSync(this.#file, `${new Date().toISOString()}  ${text}`);
  };
}

function clockText(ms: number): string {
  const seconds = ms / 1000;
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${(seconds % 60).toFixed(1).padStart(4, '0')}`;
}
