import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '@plaza/testkit';
import { schemathesisPath } from '@plaza/testkit/engines';
import { startProcess, type Started } from './process.fixture.js';

const checks = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_schema_conformance'];
/** The requests are the same at each run. */
const seed = 20;
const examples = 10;
/** Some 90 s on an idle machine of two cores. */
const runMs = 600_000;
const noLimits = { PLAZA_API_KEY_RATE: '1000000', PLAZA_API_OPEN_RATE: '1000000' };

let started: Started;
let command: string;
beforeAll(async () => {
  command = await schemathesisPath();
  started = await startProcess(temporaryFolder(), noLimits);
  const { api } = started.ready;
  // The room and the member of the description's examples: without them every answer would be the same no.
  await post(`${api}/v1/rooms`, { room: 'lobby', creator: 'host' });
  await post(`${api}/v1/rooms/lobby/messages`, { as: 'ann', text: 'hello' });
}, 600_000);
afterAll(async () => {
  await started.end('SIGKILL');
});

async function post(url: string, body: unknown): Promise<void> {
  const headers = { authorization: `Bearer ${started.ready.apiKey}`, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(10_000) });
  expect(response.status).toBe(201);
}

/** Ends with 0 where every answer was as described; what it says names each request that got another, as a curl command. */
const schemathesis = (args: readonly string[]): Promise<{ code: number | string | null | undefined; said: string }> =>
  new Promise((resolve) => {
    execFile(command, [...args], { timeout: runMs, cwd: temporaryFolder(), maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, said: `${stdout}${stderr}`.slice(-20_000) });
    });
  });

test(
  'whatever it is asked, right or wrong, the server API answers as its description says',
  async () => {
    const { api, apiKey } = started.ready;
    const { code, said } = await schemathesis([
      ...['run', `${api}/openapi.json`, '--header', `Authorization: Bearer ${apiKey}`, '--checks', checks.join(',')],
      ...['--phases', 'examples,coverage,fuzzing', '--max-examples', String(examples), '--seed', String(seed)],
      ...['--continue-on-failure', '--no-color', '--warnings', 'off', '--suppress-health-check', 'all', '--request-timeout', '15'],
    ]);
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
    expect(said).toMatch(/Tested: [1-9]/);
  },
  runMs + 10_000,
);
