import { matchesAudience } from '@plaza/domain';
import type { TagGroup } from './tag-groups.js';

/** Rooms talk to fewer audiences at a time; of more than these, those that were spoken to longest ago are forgotten. */
const mostAudiences = 64;

/** For whom the batches were that a ring does not have any more: who heard nothing in them is led over them, and only the others have a hole. */
export class Dropped {
  /** What was for whom up to here is not known. */
  #unknownUntil = 0;
  /** Where each audience was last spoken to, the longest ago first. */
  readonly #spoken = new Map<string, number>();

  /** The ring begins anew at this position. */
  restart(position: number): void {
    this.#unknownUntil = position;
    this.#spoken.clear();
  }

  /** A batch up to `last` has left the ring, with something for each of these audiences. */
  note(audiences: readonly string[], last: number): void {
    for (const audience of audiences) {
      const before = this.#spoken.get(audience) ?? 0;
      this.#spoken.delete(audience);
      this.#spoken.set(audience, Math.max(before, last));
    }
    while (this.#spoken.size > mostAudiences) this.#forgetOldest();
  }

  /** Nothing in the batches after this position that left the ring was for the group. */
  hadNothingFor(group: TagGroup, after: number): boolean {
    if (after < this.#unknownUntil) return false;
    for (const [audience, last] of this.#spoken) if (last > after && matchesAudience(audience, group.tags)) return false;
    return true;
  }

  #forgetOldest(): void {
    const [audience, last] = this.#spoken.entries().next().value!;
    this.#spoken.delete(audience);
    this.#unknownUntil = Math.max(this.#unknownUntil, last);
  }
}
