import { apiMistakes, apiTable, type ApiConfig } from '@plaza/api';
import { edgeMistakes, edgeTable, type EdgeConfig } from '@plaza/edge';
import { engineExporterTable } from '@plaza/engine-exporter';
import { historyTable } from '@plaza/history';
import { metricsTable } from '@plaza/metrics';
import { processTable, type Table } from '@plaza/kit';
import { roomStateTable } from '@plaza/room-state';
import { workload, type KubeObject } from './objects.js';

export const serviceNames = ['edge', 'room-state', 'history', 'metrics', 'api'] as const;
/** Ours too; a cluster runs without them. */
export const optionalNames = ['engine-exporter'] as const;
export type ServiceName = (typeof serviceNames)[number] | (typeof optionalNames)[number];

/** The services that have to be in manifests, and of the others those that are. */
export const servicesIn = (objects: readonly KubeObject[]): ServiceName[] => [
  ...serviceNames,
  ...optionalNames.filter((name) => workload(objects, name) !== undefined),
];

/** The very tables that the services read their environment by. */
export const tables: Readonly<Record<ServiceName, Table>> = {
  edge: { ...processTable, ...edgeTable },
  'room-state': { ...processTable, ...roomStateTable },
  history: { ...processTable, ...historyTable },
  metrics: { ...processTable, ...metricsTable },
  api: { ...processTable, ...apiTable },
  'engine-exporter': { ...processTable, ...engineExporterTable },
};

/** What a service finds wrong between settings that are each right. */
export const ownMistakes: Readonly<Partial<Record<ServiceName, (config: never) => string[]>>> = {
  edge: (config: EdgeConfig) => edgeMistakes(config),
  api: (config: ApiConfig) => apiMistakes(config),
};
