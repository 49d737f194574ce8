import type { SlotChange } from '@plaza/domain';
import type { LoggedEvent } from '@plaza/proto/log';
import type { Control } from '@plaza/proto/room';
import type { Told } from './repeats.js';

/** One command's events on their way to the log: they share a record or are not in it. */
export interface QueuedCommand {
  readonly events: LoggedEvent[];
  readonly bytes: number;
  /** Slots other than the head that the events touched, as they are behind them. */
  readonly slots: SlotChange[];
  readonly dueMs: number;
  /** What edges have to obey. */
  readonly control: Control;
  readonly queuedMs: number;
  readonly waiting: Told[];
  /** Its number in the table of repeats. */
  readonly remembered: number | undefined;
}

/** What all of them have, in their order; nearly always it is one command. */
export const allOf = <T>(commands: readonly QueuedCommand[], of: (command: QueuedCommand) => T[]): T[] =>
  commands.length === 1 ? of(commands[0]!) : commands.flatMap(of);

/** A rough size of what the log gets for a command: the events and some framing. */
export const sizeOf = (events: readonly LoggedEvent[]): number =>
  events.reduce(
    (sum, { event, reply, asker, commandId, apiKey = '' }) =>
      sum + event.length + reply.length + asker.length + commandId.length + apiKey.length + 32,
    0,
  );
