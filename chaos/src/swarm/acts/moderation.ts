import { Role } from '@plaza/proto/client';
import type { Ask } from '../../records.js';
import { tags } from '../plan.js';
import type { Act, Choice, Turn } from './turn.js';

/** Above this share of a room's accounts, restraints are lifted first. */
const mostRestrained = 0.2;

const noticeOf = ({ prng }: Turn): { notify: boolean; ext: string } => ({
  notify: !prng.chance(0.1),
  ext: prng.chance(0.2) ? 'because' : '',
});

const targetOf = ({ prng, accounts, sight, account }: Turn): string | undefined =>
  prng.pick(accounts.filter((one) => one !== account && one !== sight.creator));

const onSomebody =
  (ask: (account: string, turn: Turn) => Ask): Act =>
  (turn) => {
    if (turn.sight.restrained.size > mostRestrained * turn.accounts.length) return lift(turn);
    const account = targetOf(turn);
    return account === undefined ? undefined : ask(account, turn);
  };

const lift: Act = (turn) => {
  const [account, restraints] = turn.prng.pick([...turn.sight.restrained]) ?? [];
  const restraint = turn.prng.pick([...(restraints ?? [])]);
  if (account === undefined || restraint === undefined) return undefined;
  const value = { account, notice: noticeOf(turn) };
  if (restraint === 'muted') return { $case: 'unmuteMember', value };
  return restraint === 'blocked' ? { $case: 'unblockMember', value } : { $case: 'timedUnmuteMember', value };
};

const muteRoom: Act = (turn) => ({ $case: turn.sight.roomMuted ? 'unmuteRoom' : 'muteRoom', value: { notice: noticeOf(turn) } });
const unmuteRoom: Act = (turn) => (turn.sight.roomMuted ? { $case: 'unmuteRoom', value: { notice: noticeOf(turn) } } : undefined);

const muteTag: Act = (turn) => {
  const value = { tag: turn.prng.pick(tags)!, seconds: turn.prng.between(1, 5), audience: '', notice: noticeOf(turn) };
  return { $case: 'muteTag', value };
};
const unmuteTag: Act = (turn) => {
  const tag = turn.prng.pick([...turn.sight.mutedTags]);
  return tag === undefined ? undefined : { $case: 'unmuteTag', value: { tag, audience: '', notice: noticeOf(turn) } };
};

const setRole: Act = onSomebody((account, turn) => {
  const role = turn.prng.pick([Role.ROLE_GUEST, Role.ROLE_REGULAR, Role.ROLE_ADMINISTRATOR])!;
  return { $case: 'setRole', value: { account, role, notice: noticeOf(turn) } };
});

const recallOne: Act = (turn) => {
  const said = turn.prng.pick(turn.sight.said);
  if (said === undefined) return undefined;
  const value = { messageId: String(said.position), account: '', sentCommandId: '', sentMs: 0, silent: false, notice: noticeOf(turn) };
  return { $case: 'recallMessage', value };
};

const recallMany = onSomebody((account, turn) => ({
  $case: 'recallMessages',
  value: { account, sinceMs: Date.now() - 1000 * turn.prng.between(1, 5), silent: false, notice: noticeOf(turn) },
}));

export const moderationActs: readonly Choice[] = [
  [6, onSomebody((account, turn) => ({ $case: 'muteMember', value: { account, notice: noticeOf(turn) } }))],
  [
    6,
    onSomebody((account, turn) => ({
      $case: 'timedMuteMember',
      value: { account, seconds: turn.prng.between(1, 8), notice: noticeOf(turn) },
    })),
  ],
  [3, onSomebody((account, turn) => ({ $case: 'blockMember', value: { account, reason: 'enough', notice: noticeOf(turn) } }))],
  [
    3,
    onSomebody((account, turn) => ({
      $case: 'kickMember',
      value: { account, reason: 'out', notice: noticeOf(turn), refuseSeconds: turn.prng.chance(0.3) ? 2 : 0 },
    })),
  ],
  [12, lift],
  [1, muteRoom],
  [8, unmuteRoom],
  [1.5, muteTag],
  [3, unmuteTag],
  [5, setRole],
  [3, recallOne],
  [1, recallMany],
];
