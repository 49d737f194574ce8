import { expect, test } from '@jest/globals';
import { gaugeIn } from './gauge.js';
import { numberOf } from './options.js';

const text = `# HELP plaza_edge_connections Open sockets
# TYPE plaza_edge_connections gauge
plaza_edge_connections{service="edge"} 17
plaza_edge_connections_more 5
# HELP plaza_edge_closed_total Closed sockets by close code
plaza_edge_closed_total{code="4508",service="edge"} 3
plaza_edge_closed_total{code="1006",service="edge"} 4
# HELP plaza_edge_refusals_total Refusals told to clients, by code
# TYPE plaza_edge_refusals_total counter
`;

test.each([
  ['plaza_edge_connections', 17],
  ['plaza_edge_closed_total', 7],
  ['plaza_edge_closed_total{code="4508"}', 3],
  ['plaza_edge_closed_total{code="4401"}', 0],
  ['plaza_edge_refusals_total', 0],
])('%s', (name, value) => {
  expect(gaugeIn(text, name)).toBe(value);
});

test('a metric that is not there is no zero', () => {
  expect(() => gaugeIn(text, 'plaza_edge')).toThrow('plaza_edge');
});

test.each([
  [undefined, 60],
  ['', 60],
  ['0.5', 0.5],
])('a number of the environment: %s', (value, told) => {
  expect(numberOf('PLAZA_X', 60, { PLAZA_X: value })).toBe(told);
});

test.each(['0', '-1', 'long', 'Infinity'])('is refused by name: %s', (value) => {
  expect(() => numberOf('PLAZA_X', 60, { PLAZA_X: value })).toThrow('PLAZA_X');
});
