import { graph, quantile, stat, sumRate, type DashboardSpec } from '../panel.js';

export const overview: DashboardSpec = {
  uid: 'plaza-overview',
  title: 'Plaza: overview',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Sockets', 'Open connections of clients.', 'short', 'sum(plaza_edge_connections)'),
        stat('Rooms with members', 'Subscriptions of rooms, over all edges.', 'short', 'sum(plaza_edge_rooms)'),
        stat('Shards held', 'As many as PLAZA_SHARDS says; fewer: some rooms do not answer.', 'short', 'sum(plaza_room_state_shards)'),
        stat('Accepted a second', 'Events that the log took.', 'ops', sumRate('plaza_room_state_events_total')),
        stat('Engines that answer', 'Part of the servers of NATS, Redis and Cassandra.', 'percentunit', 'avg(plaza_engine_up)'),
        stat('Processes that answer', 'Part of the scraped processes.', 'percentunit', 'avg(up)'),
      ],
    },
    {
      title: 'Traffic',
      panels: [
        graph(
          'Events accepted and batches delivered',
          'In: what the log took. Out: batches to sockets.',
          'ops',
          [sumRate('plaza_room_state_events_total'), 'events accepted'],
          [sumRate('plaza_edge_deliveries_total'), 'batches delivered'],
        ),
        graph('Sockets by edge', 'A cliff is an edge that went, or a network.', 'short', [
          'sum by (instance) (plaza_edge_connections)',
          '{{instance}}',
        ]),
        graph('Refusals by code', 'What clients are told no for.', 'ops', [sumRate('plaza_edge_refusals_total', 'code'), '{{code}}']),
      ],
    },
    {
      title: 'Times',
      panels: [
        graph(
          'On the way of a message',
          'p99: the append to the log, the wait for it, and one turn through all sockets of a room.',
          's',
          [quantile(0.99, 'plaza_room_state_append_seconds'), 'append'],
          [quantile(0.99, 'plaza_room_state_outbox_wait_seconds'), 'wait for the append'],
          [quantile(0.99, 'plaza_edge_rotation_seconds'), 'rotation'],
        ),
        graph(
          'Readers behind the log',
          'The oldest record that a reader has not done with.',
          's',
          ['max by (stream) (plaza_history_reader_lag_seconds)', 'history {{stream}}'],
          ['max by (stream) (plaza_metrics_reader_lag_seconds)', 'metrics {{stream}}'],
          ['max(plaza_webhook_lag_seconds)', 'webhooks'],
        ),
        graph('Server API', 'p99 of requests.', 's', [quantile(0.99, 'plaza_api_request_seconds'), 'p99']),
      ],
    },
    {
      title: 'Processes',
      panels: [
        graph('CPU', '1: one core. A process of ours uses little more than one.', 'percentunit', [
          'sum by (job, instance) (rate(process_cpu_seconds_total[$__rate_interval]))',
          '{{job}} {{instance}}',
        ]),
        graph('Memory', 'Resident.', 'bytes', ['sum by (job, instance) (process_resident_memory_bytes)', '{{job}} {{instance}}']),
        graph('Event loop lag', 'p99 as Node measures it; above 0.1 s a process is too busy.', 's', [
          'max by (job, instance) (nodejs_eventloop_lag_p99_seconds)',
          '{{job}} {{instance}}',
        ]),
      ],
    },
  ],
};
