export { composeStandalone, type Places, type Shape, type Standalone } from './compose.js';
export { standaloneTable, type StandaloneConfig } from './config.js';
