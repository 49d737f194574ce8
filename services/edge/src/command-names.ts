/** Names commands that their askers did not name, so that sending one again after a takeover has no second effect. */
export class CommandNames {
  #last = 0;
  readonly #prefix: string;

  /** `born` keeps a restarted edge of the same id from using a name again. */
  constructor(edge: string, born: string) {
    this.#prefix = `~${edge}.${born}.`.slice(0, 48);
  }

  next(): string {
    return this.#prefix + (++this.#last).toString(36);
  }
}
