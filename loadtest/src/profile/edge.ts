import { observe } from './observed.js';

observe('edge');
await import(new URL('../../../services/edge/dist/main.js', import.meta.url).href);
