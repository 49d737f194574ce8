import './inside.js';

await import(new URL('../../../services/edge/dist/main.js', import.meta.url).href);
