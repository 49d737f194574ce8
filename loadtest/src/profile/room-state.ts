import { observe } from './observed.js';

observe('room-state');
await import(new URL('../../../services/room-state/dist/main.js', import.meta.url).href);
