import { apiMistakes, apiTable, type ApiConfig } from '@plaza/api';
import { edgeMistakes, edgeTable, type EdgeConfig } from '@plaza/edge';
import { historyTable } from '@plaza/history';
import { metricsTable } from '@plaza/metrics';
import { processTable, type Table } from '@plaza/kit';
import { roomStateTable } from '@plaza/room-state';

export const serviceNames = ['edge', 'room-state', 'history', 'metrics', 'api'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** The very tables that the services read their environment by. */
export const tables: Readonly<Record<ServiceName, Table>> = {
  edge: { ...processTable, ...edgeTable },
  'room-state': { ...processTable, ...roomStateTable },
  history: { ...processTable, ...historyTable },
  metrics: { ...processTable, ...metricsTable },
  api: { ...processTable, ...apiTable },
};

/** What a service finds wrong between settings that are each right. */
export const ownMistakes: Readonly<Partial<Record<ServiceName, (config: never) => string[]>>> = {
  edge: (config: EdgeConfig) => edgeMistakes(config),
  api: (config: ApiConfig) => apiMistakes(config),
};
