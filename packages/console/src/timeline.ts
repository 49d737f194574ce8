import type { Event } from '@plaza/client';

/** So many are shown at most; the oldest go first. */
const maxShown = 2000;

/** Events of a room by position, each once, wherever they came from: live, or a page of the history. */
export function merged(shown: readonly Event[], more: readonly Event[]): readonly Event[] {
  if (more.length === 0) return shown;
  const newest = shown.at(-1)?.position ?? -1;
  if (more.every(({ position }, index) => position > (more[index - 1]?.position ?? newest))) return [...shown, ...more].slice(-maxShown);
  const byPosition = new Map([...shown, ...more].map((event) => [event.position, event]));
  return [...byPosition.values()].sort((a, b) => a.position - b.position).slice(-maxShown);
}

/** Without messages that were taken back: one by its id, or an account's since a moment, as far as it had said them by then. */
export function standing(events: readonly Event[]): readonly Event[] {
  const recalls = events.filter(({ kind }) => kind?.$case === 'messageRecalled');
  return recalls.length === 0 ? events : events.filter((event) => !recalls.some((recall) => takesBack(recall, event)));
}

function takesBack({ kind: recall, position }: Event, { kind, timeMs, position: said }: Event): boolean {
  if (recall?.$case !== 'messageRecalled' || kind?.$case !== 'message' || said > position) return false;
  const { recalled, account, sinceMs } = recall.value;
  return recalled > 0 ? said === recalled : kind.value.account === account && timeMs >= sinceMs;
}

/** Several messages of one author within this time stand under one name. */
const togetherMs = 120_000;

export const continues = (event: Event, before: Event | undefined): boolean =>
  event.kind?.$case === 'message' &&
  before?.kind?.$case === 'message' &&
  before.kind.value.account === event.kind.value.account &&
  before.kind.value.nickname === event.kind.value.nickname &&
  event.timeMs - before.timeMs < togetherMs;

export const sameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();
