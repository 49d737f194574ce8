/** An event of a room as a JSON frame has it, as far as silence is concerned. */
export interface EventFrame {
  readonly position?: string;
  readonly timeMs?: string;
  readonly targets?: readonly string[];
  readonly message?: { readonly account?: string; readonly body?: { readonly text?: { readonly text?: string } } };
  readonly muted?: object;
  readonly unmuted?: object;
  readonly timedMuted?: { readonly untilMs?: string };
  readonly timedUnmuted?: object;
  readonly blocked?: object;
  readonly unblocked?: object;
}

/** What keeps an account silent, and until when. */
type Why = Map<'mute' | 'time' | 'block', number>;

const forever = Number.POSITIVE_INFINITY;
const ms = (text: string | undefined): number => Number(text ?? '0');

/**
 * Whoever reads a room in its order knows who may not speak: a message of an account that was muted or blocked before it, and not freed in between,
 * is a fault of the room. A timed mute ends at its moment; the event that says so may come a bit later. Imports nothing: k6 and Node run the same file.
 */
export class Silence {
  readonly #why = new Map<string, Why>();

  /** True: an account spoke that may not. */
  broken(event: EventFrame): boolean {
    const { targets = [], message, timeMs } = event;
    for (const account of targets) change(this.#of(account), event);
    if (message?.account === undefined) return false;
    return [...this.#of(message.account).values()].some((untilMs) => ms(timeMs) < untilMs);
  }

  #of(account: string): Why {
    const why = this.#why.get(account) ?? (new Map() as Why);
    this.#why.set(account, why);
    return why;
  }
}

function change(why: Why, { muted, unmuted, timedMuted, timedUnmuted, blocked, unblocked }: EventFrame): void {
  if (muted !== undefined) why.set('mute', forever);
  if (unmuted !== undefined) why.delete('mute');
  if (timedMuted !== undefined) why.set('time', ms(timedMuted.untilMs));
  if (timedUnmuted !== undefined) why.delete('time');
  if (blocked !== undefined) why.set('block', forever);
  if (unblocked !== undefined) why.delete('block');
}
