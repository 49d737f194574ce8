/** A batch of a room as a JSON frame has it: positions are decimal strings, what is 0 or empty is left out. */
export interface BatchFrame {
  readonly room: string;
  readonly prev?: string;
  readonly last?: string;
  readonly events?: readonly { readonly position?: string }[];
}

/**
 * `taken`: the next one. `early`: before the room was entered. `gap`: something before it is missing. `repeat`: some of it was there already. `disorder`: its
 * events are not in their order between prev and last.
 */
export type Seen = 'taken' | 'early' | 'gap' | 'repeat' | 'disorder';

const position = (text: string | undefined): number => Number(text ?? '0');

/** How far a room was read over one connection after the other. Imports nothing: k6 and Node run the same file. */
export class Chain {
  #position: number | undefined;

  /** Undefined: the room was not entered yet. */
  get position(): number | undefined {
    return this.#position;
  }

  /** The room was entered: the join was answered with this head. A position that there is already stays: the rest follows it. */
  joined(head: string | undefined): void {
    this.#position ??= position(head);
  }

  /** The server says that what lies between cannot be given any more. */
  skipTo(until: string | undefined): void {
    this.#position = Math.max(this.#position ?? 0, position(until));
  }

  /** Goes on behind a batch whatever it was, so that one fault counts once. */
  take({ prev: from, last: to, events = [] }: BatchFrame): Seen {
    const at = this.#position;
    if (at === undefined) return 'early';
    const [prev, last] = [position(from), position(to)];
    this.#position = Math.max(at, last);
    if (prev > at) return 'gap';
    if (prev < at) return 'repeat';
    return inOrder(events, prev, last) ? 'taken' : 'disorder';
  }
}

function inOrder(events: NonNullable<BatchFrame['events']>, prev: number, last: number): boolean {
  let before = prev;
  for (const event of events) {
    const here = position(event.position);
    if (here <= before || here > last) return false;
    before = here;
  }
  return true;
}
