import { apiTable, type ApiConfig } from '@plaza/api';
import { edgeMistakes, edgeTable, type EdgeConfig } from '@plaza/edge';
import { historyTable, type HistoryConfig } from '@plaza/history';
import { hashApiKey, isLoopback, readConfig, type ConfigOf, type DevelopmentSecrets, type Table } from '@plaza/kit';
import { metricsTable, type MetricsConfig } from '@plaza/metrics';
import { roomStateSettingsTable, type RoomStateSettings } from '@plaza/room-state';
import type { StandaloneConfig } from './config.js';

export interface InnerSettings {
  readonly roomState: RoomStateSettings;
  readonly edge: EdgeConfig;
  readonly history: HistoryConfig;
  readonly metrics: MetricsConfig;
  readonly api: ApiConfig;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Stands for secrets while the settings are only looked through for mistakes. */
const anySecrets: DevelopmentSecrets = { tokenSecret: 'x'.repeat(32), apiKey: 'x', made: false };

/** The settings of the services inside: their own variables and defaults, but for what one process decides for all of them. Throws every mistake. */
export function innerSettings(config: StandaloneConfig, env: Env, secrets: DevelopmentSecrets, holders: number): InnerSettings {
  const mistakes: string[] = [];
  const shared = { PLAZA_SHARDS: String(config.shards), PLAZA_STREAMS: String(config.streams) };
  const read = <T extends Table>(table: T, over: Env): ConfigOf<T> => {
    const result = readConfig(table, { ...env, ...shared, ...over });
    if ('config' in result) return result.config;
    mistakes.push(...result.mistakes);
    return {} as ConfigOf<T>;
  };
  const tokenSecret = config.tokenSecret ?? secrets.tokenSecret;
  const settings = {
    // A lone holder has nobody to listen for before its first claim.
    roomState: read(roomStateSettingsTable, holders === 1 ? { PLAZA_SETTLE_MS: '0' } : {}),
    edge: read(edgeTable, {
      PLAZA_EDGE_HOST: config.host,
      PLAZA_EDGE_PORT: String(config.edgePort),
      PLAZA_TOKEN_SECRET: tokenSecret,
      // Who decides, keeps and counts does so in the same thread.
      PLAZA_EDGE_FANOUT_PERCENT: env['PLAZA_EDGE_FANOUT_PERCENT'] || '40',
    }),
    history: read(historyTable, {}),
    metrics: read(metricsTable, {}),
    api: read(apiTable, {
      PLAZA_API_HOST: config.host,
      PLAZA_API_PORT: String(config.apiPort),
      PLAZA_API_KEYS: config.apiKeys ?? hashApiKey(secrets.apiKey),
      PLAZA_TOKEN_SECRET: tokenSecret,
      PLAZA_DEMO: env['PLAZA_DEMO'] ?? String(isLoopback(config.host)),
    }),
  };
  mistakes.push(...edgeMistakes(settings.edge));
  if (mistakes.length > 0) throw new SettingsMistaken([...new Set(mistakes)]);
  return settings;
}

export class SettingsMistaken extends Error {
  override readonly name = 'SettingsMistaken';

  constructor(readonly mistakes: readonly string[]) {
    super(mistakes.join('; '));
  }
}

/** What is wrong with the variables of the services inside, in words. */
export function innerMistakes(config: StandaloneConfig, env: Env): readonly string[] {
  try {
    innerSettings(config, env, anySecrets, 1);
    return [];
  } catch (error) {
    if (error instanceof SettingsMistaken) return error.mistakes;
    throw error;
  }
}
