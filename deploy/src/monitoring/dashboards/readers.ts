import { graph, sumRate, times, type DashboardSpec } from '../panel.js';

export const readers: DashboardSpec = {
  uid: 'plaza-readers',
  title: 'Plaza: server API and readers of the log',
  rows: [
    {
      title: 'Server API',
      panels: [
        graph('Requests by status', 'As they were answered.', 'ops', [sumRate('plaza_api_requests_total', 'status'), '{{status}}']),
        graph('Requests by operation', 'Which ones.', 'ops', [sumRate('plaza_api_requests_total', 'operation'), '{{operation}}']),
        times('Requests', 'From the head of a request to the end of its answer.', 'plaza_api_request_seconds'),
      ],
    },
    {
      title: 'Webhooks',
      panels: [
        graph('Deliveries by outcome', 'Requests to endpoints.', 'ops', [
          sumRate('plaza_webhook_deliveries_total', 'outcome'),
          '{{outcome}}',
        ]),
        graph('Events delivered', 'By endpoint.', 'ops', [sumRate('plaza_webhook_events_total', 'endpoint'), '{{endpoint}}']),
        graph('Behind', 'The oldest event that waits, by endpoint.', 's', [
          'max by (endpoint) (plaza_webhook_lag_seconds)',
          '{{endpoint}}',
        ]),
        graph('Rooms that wait', 'By endpoint.', 'short', ['sum by (endpoint) (plaza_webhook_waiting_rooms)', '{{endpoint}}']),
      ],
    },
    {
      title: 'Audit log',
      panels: [
        graph('Acts', 'What was done to rooms and people.', 'ops', [sumRate('plaza_api_audit_entries_total', 'act'), '{{act}}']),
        graph(
          'Trouble',
          'All of these should be 0.',
          'short',
          ['sum(plaza_api_audit_failures_total)', 'tries that failed'],
          ['sum(plaza_api_audit_broken_total)', 'chains found broken'],
          ['sum(plaza_api_audit_holes_total)', 'holes'],
          ['sum(plaza_api_audit_streams_stopped)', 'streams stopped'],
        ),
      ],
    },
    {
      title: 'History',
      panels: [
        graph('Messages written', 'Into Cassandra.', 'ops', [sumRate('plaza_history_rows_total'), 'rows']),
        graph('Behind', 'The oldest record that is not written.', 's', [
          'max by (stream) (plaza_history_reader_lag_seconds)',
          'stream {{stream}}',
        ]),
        times('Reads of a page', 'The wait for the reader included.', 'plaza_history_read_seconds'),
        graph(
          'Trouble',
          'Tries that failed; holes are lost.',
          'ops',
          [sumRate('plaza_history_failures_total'), 'tries that failed'],
          [sumRate('plaza_history_holes_total'), 'holes'],
        ),
      ],
    },
    {
      title: 'Metrics service',
      panels: [
        graph('Figures increased', 'In Redis.', 'ops', [sumRate('plaza_metrics_increments_total'), 'figures']),
        graph('Behind', 'The oldest record that is not counted.', 's', [
          'max by (stream) (plaza_metrics_reader_lag_seconds)',
          'stream {{stream}}',
        ]),
        times('Queries', 'How long answers took.', 'plaza_metrics_query_seconds'),
        graph(
          'Trouble',
          'Tries that failed; batches that another had counted; holes are lost.',
          'ops',
          [sumRate('plaza_metrics_failures_total'), 'tries that failed'],
          [sumRate('plaza_metrics_overtaken_total'), 'counted by another'],
          [sumRate('plaza_metrics_holes_total'), 'holes'],
          [sumRate('plaza_metrics_copy_failures_total'), 'copies that failed'],
        ),
      ],
    },
  ],
};
