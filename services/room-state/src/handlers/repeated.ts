import { refuse } from '@plaza/domain';
import type { Asked } from '../asked.js';
import type { LoadedRoom } from '../loaded-room.js';
import type { Remembered } from '../repeats.js';
import type { ShardCore } from '../shard-core.js';

/** The first answer to this command, if it was asked before. `asker`: the account; empty: the server API. */
export const findRepeat = (core: ShardCore, { entry }: Asked, asker: string): Remembered | undefined =>
  core.repeats.find(asker, entry.commandId, core.parts.clock.now());

/** Answers a repeat as the first was; one that is still on its way to the log waits with it. */
export function answerRepeat(core: ShardCore, room: LoadedRoom, asked: Asked, first: Remembered): void {
  if (first.room !== room.id || first.command !== asked.command.$case) return asked.refuse(core.outbox, room, refuse('same-command'));
  const told = { stored: () => asked.answerAgain(first.reply, room.accepted.last), lost: () => asked.notHolder() };
  if (first.waiting === undefined) told.stored();
  else first.waiting.push(told);
}
