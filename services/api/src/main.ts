import { runService } from '@plaza/kit';
import { composeApi } from './compose.js';
import { apiExposure, apiMistakes, apiTable } from './config.js';

await runService({ name: 'api', table: apiTable, exposure: apiExposure, mistakes: apiMistakes, compose: composeApi, env: process.env });
