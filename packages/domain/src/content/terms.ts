import { normalise } from './normalise.js';

/** A match: the code points of the original from `from` up to, not with, `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

interface Term {
  readonly length: number;
  /** It has a `*` at its end: any word that begins so. */
  readonly open: boolean;
  /** It was given with a letter: then a match has one, too, and 455 is no word. */
  readonly lettered: boolean;
}

/** A state of the automaton: where each next character leads, where to go on where none does, and the terms that end here. */
interface Node {
  readonly next: Map<string, Node>;
  fallback: Node | undefined;
  /** With those of the fallbacks. */
  ends: readonly Term[];
}

const newNode = (): Node => ({ next: new Map(), fallback: undefined, ends: [] });

/** Finds thousands of terms in one pass over a text (Aho and Corasick, 1975). A term matches whole words; in scripts without spaces, anywhere. */
export class TermFinder {
  readonly #root = newNode();

  constructor(terms: readonly string[]) {
    for (const term of terms) this.#add(term);
    this.#link();
  }

  /** All matches, in the order of their ends. */
  find(text: string): Span[] {
    const { characters, origins, letters, words } = normalise(text);
    const spans: Span[] = [];
    let node = this.#root;
    for (const [at, character] of characters.entries()) {
      node = this.#step(node, character);
      for (const { length, open, lettered } of node.ends) {
        const start = at - length + 1;
        const end = open ? endOfWord(words, at) : at;
        if (lettered && !letters.slice(start, at + 1).includes(true)) continue;
        if (standsAlone(words, start, end)) spans.push({ from: origins[start]!, to: origins[end]! + 1 });
      }
    }
    return spans;
  }

  #add(text: string): void {
    const open = text.endsWith('*');
    const { characters, letters } = normalise(open ? text.slice(0, -1) : text);
    if (characters.length === 0) return;
    let node = this.#root;
    for (const character of characters) {
      let next = node.next.get(character);
      if (next === undefined) node.next.set(character, (next = newNode()));
      node = next;
    }
    node.ends = [...node.ends, { length: characters.length, open, lettered: letters.includes(true) }];
  }

  /** Breadth first: a node's fallback is nearer to the root than the node. */
  #link(): void {
    const queue: Node[] = [this.#root];
    for (const node of queue) {
      for (const [character, child] of node.next) {
        child.fallback = node === this.#root ? this.#root : this.#step(node.fallback!, character);
        child.ends = [...child.ends, ...child.fallback.ends];
        queue.push(child);
      }
    }
  }

  #step(from: Node, character: string): Node {
    let node: Node | undefined = from;
    while (node !== undefined) {
      const next = node.next.get(character);
      if (next !== undefined) return next;
      node = node.fallback;
    }
    return this.#root;
  }
}

/** Not inside a word: no word character touches it where it begins or ends with one itself. */
function standsAlone(words: readonly boolean[], start: number, end: number): boolean {
  const before = words[start - 1] === true && words[start]!;
  const behind = words[end + 1] === true && words[end]!;
  return !before && !behind;
}

function endOfWord(words: readonly boolean[], at: number): number {
  let end = at;
  while (words[end]! && words[end + 1] === true) end++;
  return end;
}

/** One automaton a list: a change of the terms makes a new list. */
const finders = new WeakMap<readonly string[], TermFinder>();

export function finderOf(terms: readonly string[]): TermFinder {
  let finder = finders.get(terms);
  if (finder === undefined) finders.set(terms, (finder = new TermFinder(terms)));
  return finder;
}
