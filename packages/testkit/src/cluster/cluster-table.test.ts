import { expect, test } from '@jest/globals';
import { tableText } from './cluster-table.js';

test('the table has a line a process, columns aligned', () => {
  const text = tableText([
    { process: 'nats n1', pid: 7, port: '16001', probes: '', state: 'up', rssBytes: 20_971_520 },
    { process: 'room-state-1', pid: 1234, port: '16002', probes: 'http://127.0.0.1:16003', state: 'ready', rssBytes: 0 },
  ]);
  expect(text.split('\n')).toEqual([
    '  process       pid   port   probes                  health  memory',
    '  nats n1       7     16001                          up      20 MB',
    '  room-state-1  1234  16002  http://127.0.0.1:16003  ready',
  ]);
});
