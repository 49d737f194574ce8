import type { AccountList, CommandRouter, HistoryReader } from '@plaza/bus';
import type { Clock, Logger, TokenVerifier } from '@plaza/kit';
import type { CommandNames } from './command-names.js';
import type { EdgeSettings } from './config.js';
import type { EntryCallback } from './entry-callback.js';
import type { Feeds } from './feeds.js';
import type { Figures } from './figures.js';
import type { Fills } from './fills.js';
import type { Sessions } from './sessions.js';

/** What a handler works with. */
export interface EdgeContext {
  readonly id: string;
  readonly settings: EdgeSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly figures: Figures;
  readonly router: Pick<CommandRouter, 'submitTo' | 'ask'>;
  readonly names: CommandNames;
  readonly sessions: Sessions;
  readonly feeds: Feeds;
  readonly fills: Pick<Fills, 'cover'>;
  readonly history: Pick<HistoryReader, 'read'>;
  readonly tokens: TokenVerifier;
  readonly accounts: Pick<AccountList, 'isDisabled' | 'isMuted'>;
  /** Undefined: nobody is asked, everybody enters. */
  readonly entryCallback: EntryCallback | undefined;
}
