import type { Ask, SentCommand } from '../../records.js';
import type { SwarmClient } from '../client.js';
import { attributeActs } from './attributes.js';
import { messageActs } from './messages.js';
import { moderationActs } from './moderation.js';
import { queueActs, queueOfManagers } from './queue.js';
import { readActs } from './reads.js';
import type { Choice, Turn } from './turn.js';

const ofMembers: readonly Choice[] = [...messageActs, ...queueActs, ...attributeActs, ...readActs];
const ofManagers: readonly Choice[] = [...ofMembers, ...queueOfManagers, ...moderationActs];

/** How often somebody goes instead of saying something, and asks again what was answered already. */
const leaves = 0.02;
const goesAway = 0.015;
const repeats = 0.03;

export interface Pace {
  readonly graceMs: number;
  /** Somebody who has left is surely known to have gone so long after the grace, and so much later who lost its connection. */
  readonly absenceSlackMs: number;
  readonly edgeGraceMs: number;
}

/** The commands of a client that made an event lately, for repeats: only such answers are remembered. Newest last. */
export class Lately {
  #sent: Sent[] = [];

  add(sent: SentCommand, at: number): void {
    this.#sent.push({ sent, at });
    if (this.#sent.length > 20) this.#sent.shift();
  }

  /** Not older than 20 s: it is remembered for 60. */
  get fresh(): readonly Sent[] {
    return this.#sent.filter(({ at }) => performance.now() - at < 20_000);
  }
}

interface Sent {
  readonly sent: SentCommand;
  /** When it was sent first, or would have been. */
  readonly at: number;
}

/** One act of one client in one room; every choice is drawn from the client's own chance. */
export function act(client: SwarmClient, turn: Turn, lately: Lately, pace: Pace): void {
  const { prng, room } = turn;
  const draw = prng.next();
  if (draw < leaves) return client.leave(room, leaveMs(turn, pace), prng.chance(0.5));
  if (draw < leaves + goesAway) return client.away(awayMs(turn, pace), prng.chance(0.5));
  if (draw < leaves + goesAway + repeats) return again(client, turn, lately);
  const ask = prng.weighted(turn.sight.managers.has(turn.account) ? ofManagers : ofMembers)(turn);
  if (ask === undefined) return;
  if (isRead(ask)) return client.askOnce(room, ask);
  const at = performance.now();
  const sent = client.ask(room, ask, (reply) => {
    const result = reply?.result;
    if ((result?.$case === 'accepted' || result?.$case === 'done' || result?.$case === 'queueResults') && result.value.position > 0)
      lately.add(sent, at);
  });
}

function again(client: SwarmClient, { prng, room }: Turn, lately: Lately): void {
  const one = prng.pick(lately.fresh.filter(({ sent }) => sent.room === room));
  if (one !== undefined) client.askAgain(one.sent, one.at);
}

/** Mostly within the grace; some beyond any doubt, where nothing of the cluster changes meanwhile. */
const awayMs = (turn: Turn, pace: Pace): number =>
  turn.prng.chance(0.25) ? pace.edgeGraceMs + beyondGrace(turn, pace) : pace.graceMs * turn.prng.next() * 0.6;
const leaveMs = (turn: Turn, pace: Pace): number => (turn.prng.chance(0.15) ? beyondGrace(turn, pace) : turn.prng.between(100, 2000));
const beyondGrace = ({ prng }: Turn, { graceMs, absenceSlackMs }: Pace): number => graceMs + absenceSlackMs * (1.2 + prng.next() * 0.6);

const isRead = ({ $case }: Ask): boolean =>
  $case === 'getRoom' || $case === 'listQueue' || $case === 'listMembers' || $case === 'readHistory' || $case === 'react';
