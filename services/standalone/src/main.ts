import { resolve } from 'node:path';
import { runService } from '@plaza/kit';
import { composeStandalone } from './compose.js';
import { standaloneMistakes, standaloneTable } from './config.js';
import { greeting } from './greeting.js';
import { innerMistakes } from './settings.js';

await runService({
  name: 'plaza',
  table: standaloneTable,
  exposure: ({ host, tokenSecret = '', apiKeys = '' }) => ({ host, secrets: { PLAZA_TOKEN_SECRET: tokenSecret, PLAZA_API_KEYS: apiKeys } }),
  mistakes: (config) => [...standaloneMistakes(config), ...innerMistakes(config, process.env)],
  compose: (config) => {
    const { service, logger } = composeStandalone(config, process.env);
    const greeted = {
      start: async () => {
        await service.start();
        process.stdout.write(greeting(service, resolve(config.folder)));
      },
      drain: () => service.drain(),
      stop: () => service.stop(),
    };
    return Promise.resolve({ service: greeted, logger });
  },
  env: process.env,
});
