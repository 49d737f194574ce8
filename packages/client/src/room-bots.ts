import { Bot, BotResults } from '@plaza/proto/client';
import type { RoomRequests } from './room-requests.js';

export interface BotOptions {
  /** Default false: the room is not told. */
  readonly announce?: boolean;
}

export interface AddBotOptions extends BotOptions {
  /** They go by themselves after 1 to 2,592,000 seconds, default a day. */
  readonly seconds?: number;
}

/** Accounts that are shown without being there; they are counted apart from people. For managers. */
export class RoomBots {
  constructor(private readonly requests: RoomRequests) {}

  /** 1-100; each has its own outcome. */
  async add(bots: readonly (Partial<Bot> & Pick<Bot, 'account'>)[], { announce = false, seconds = 0 }: AddBotOptions = {}) {
    const value = { bots: bots.map((bot) => Bot.fromPartial(bot)), seconds, announce };
    return resultsOf(await this.requests.change({ $case: 'addBots', value }, 'botResults'));
  }

  /** 1-100; `there` names those that are no bots. */
  async remove(accounts: readonly string[], { announce = false }: BotOptions = {}): Promise<BotResults> {
    return resultsOf(await this.requests.change({ $case: 'removeBots', value: { accounts: [...accounts], announce } }, 'botResults'));
  }

  /** Resolves to how many there were. */
  async clear({ announce = false }: BotOptions = {}): Promise<number> {
    return resultsOf(await this.requests.change({ $case: 'clearBots', value: { announce } }, 'botResults')).count;
  }
}

const resultsOf = (answer: BotResults | undefined): BotResults => answer ?? BotResults.fromPartial({});
