export * from './cluster/start-cluster.js';
export { startEngines, type ClusterEngines } from './cluster/cluster-engines.js';
export { ServiceProcess, type ServiceKind } from './cluster/service-process.js';
export { connectUrlAt } from './cluster/service-specs.js';
export * from './cluster/cluster-table.js';
