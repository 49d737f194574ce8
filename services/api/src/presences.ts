import type { CommandRouter, ShardTable } from '@plaza/bus';
import { LinkBroken } from '@plaza/bus';
import type { Clock } from '@plaza/kit';
import type { AccountRooms } from '@plaza/proto/room';

const silentMs = 5000;
const askMs = 3000;

/** In which rooms an account is now: every process that holds rooms is asked. */
export class Presences {
  constructor(
    private readonly router: Pick<CommandRouter, 'askProcess'>,
    private readonly table: ShardTable,
    private readonly clock: Clock,
  ) {}

  /** By room id. Undefined: one of the processes could not be asked. */
  async roomsOf(account: string): Promise<AccountRooms | undefined> {
    const holders = this.table.peersOf('room-state', this.clock.now(), silentMs);
    const found = await Promise.all(holders.map((holder) => this.#ask(holder, account)));
    const known = found.filter((one) => one !== undefined);
    if (found.length === 0 || known.length < found.length) return undefined;
    return { rooms: [...new Set(known.flatMap(({ rooms }) => rooms))].sort(), settling: known.some(({ settling }) => settling) };
  }

  async #ask(holder: { readonly id: string; readonly address: string }, account: string): Promise<AccountRooms | undefined> {
    try {
      const ask = { $case: 'findAccount', value: { account } } as const;
      for await (const { answer } of this.router.askProcess(holder, ask, AbortSignal.timeout(askMs))) {
        if (answer?.$case === 'accountRooms') return answer.value;
      }
      return undefined;
    } catch (error) {
      if (error instanceof LinkBroken) return undefined;
      throw error;
    }
  }
}
