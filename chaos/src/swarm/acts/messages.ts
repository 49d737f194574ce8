import { MessageClass, MessageOptions, OverBudget } from '@plaza/proto/client';
import type { Act, Choice, Turn } from './turn.js';

type Options = Partial<MessageOptions>;

const say =
  (options: (turn: Turn) => Options = () => ({})): Act =>
  (turn) => ({
    $case: 'sendMessage',
    value: {
      body: { ext: '', content: { $case: 'text', value: { text: `${turn.account} says ${turn.count}` } } },
      options: { ...MessageOptions.create({}), ...options(turn) },
    },
  });

const audiences = ['red', 'blue', 'red and vip', 'blue or "front row"', '(red or blue) and vip', 'nobody-has-this'];

/** One to four of the room, now and then one who is not there, now and then oneself. */
function receiversOf({ prng, accounts, account }: Turn): string[] {
  const some = Array.from({ length: prng.between(1, 4) }, () => prng.pick(accounts)!);
  if (prng.chance(0.1)) some.push('nobody');
  if (prng.chance(0.1)) some.push(account);
  return [...new Set(some)];
}

const notice = { notify: true, ext: '' };

const recallOwn: Act = ({ prng, sight, account }) => {
  const own = prng.pick(sight.said.filter((said) => said.account === account));
  if (own === undefined) return undefined;
  return {
    $case: 'recallMessage',
    value: { messageId: String(own.position), account: '', sentCommandId: '', sentMs: 0, silent: false, notice },
  };
};

export const messageActs: readonly Choice[] = [
  [50, say()],
  [8, say(({ prng }) => ({ audience: prng.pick(audiences)! }))],
  [6, say((turn) => ({ receivers: receiversOf(turn) }))],
  [5, say(() => ({ store: false }))],
  [3, say(() => ({ class: MessageClass.MESSAGE_CLASS_LOW }))],
  [2, say(() => ({ class: MessageClass.MESSAGE_CLASS_HIGH }))],
  [1, say(() => ({ class: MessageClass.MESSAGE_CLASS_HIGH, overBudget: OverBudget.OVER_BUDGET_REFUSE }))],
  [4, say(() => ({ sampling: 5000 }))],
  [2, recallOwn],
];
