/** Sessions of one room with the same tags: what is made for one of them is made for all. */
export interface TagGroup {
  readonly key: string;
  readonly tags: ReadonlySet<string>;
}

/** Most sessions have no tags. */
const untagged = '[]';

/** The groups of one room, each as long as somebody is in it. */
export class TagGroups {
  readonly #groups = new Map<string, { readonly group: TagGroup; members: number }>();

  get size(): number {
    return this.#groups.size;
  }

  enter(tags: readonly string[]): TagGroup {
    const key = tags.length === 0 ? untagged : JSON.stringify([...new Set(tags)].sort());
    let known = this.#groups.get(key);
    if (known === undefined) this.#groups.set(key, (known = { group: { key, tags: new Set(tags) }, members: 0 }));
    known.members++;
    return known.group;
  }

  leave({ key }: TagGroup): void {
    const known = this.#groups.get(key);
    if (known !== undefined && --known.members === 0) this.#groups.delete(key);
  }
}
