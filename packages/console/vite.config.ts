import { defaultClientConditions, defineConfig } from 'vite';

/** The chat page, as api serves it under /chat/. Workspace packages come from their sources: no build has to run before. */
export default defineConfig({
  base: '/chat/',
  resolve: { conditions: ['plaza-source', ...defaultClientConditions] },
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022' },
});
