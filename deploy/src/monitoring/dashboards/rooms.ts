import { graph, rate, sumRate, times, type DashboardSpec } from '../panel.js';

export const rooms: DashboardSpec = {
  uid: 'plaza-rooms',
  title: 'Plaza: rooms and log',
  rows: [
    {
      title: 'Who holds what',
      panels: [
        graph(
          'Shards',
          'By process; together PLAZA_SHARDS.',
          'short',
          ['sum by (instance) (plaza_room_state_shards)', '{{instance}}'],
          ['sum(plaza_room_state_shards)', 'together'],
        ),
        graph('Shards that change hands', 'lost, failed: look into the logs.', 'ops', [
          sumRate('plaza_room_state_claims_total', 'outcome'),
          '{{outcome}}',
        ]),
        times('Takeover', 'From the decision to claim a shard until it serves.', 'plaza_room_state_takeover_seconds'),
        graph('Rooms in memory', 'Loaded, by process.', 'short', ['sum by (instance) (plaza_room_state_rooms)', '{{instance}}']),
        graph('Sessions', 'Presences, by process.', 'short', ['sum by (instance) (plaza_room_state_sessions)', '{{instance}}']),
      ],
    },
    {
      title: 'Commands and the log',
      panels: [
        graph('Commands by outcome', 'refused:<code>: a no that was meant.', 'ops', [
          sumRate('plaza_room_state_commands_total', 'outcome'),
          '{{outcome}}',
        ]),
        graph(
          'Records and events',
          'Events a record: how well a busy shard batches itself.',
          'ops',
          [sumRate('plaza_room_state_records_total'), 'records'],
          [sumRate('plaza_room_state_events_total'), 'events'],
        ),
        times('Append', 'From an append to the ack of the log.', 'plaza_room_state_append_seconds'),
        times('Wait for an append', 'Of the oldest event of a record.', 'plaza_room_state_outbox_wait_seconds'),
      ],
    },
    {
      title: 'How full the log is',
      panels: [
        graph('Size of a stream', 'Half of PLAZA_LOG_MAX_BYTES is an alert.', 'bytes', [
          'max by (stream) (plaza_room_state_log_bytes)',
          'stream {{stream}}',
        ]),
        graph('Age that is kept', 'Longer than PLAZA_LOG_KEEP_HOURS: somebody lags.', 's', [
          'max by (stream) (plaza_room_state_log_keep_seconds)',
          'stream {{stream}}',
        ]),
        graph('Age that is still needed', 'By whom.', 's', ['max by (by) (plaza_room_state_log_needed_seconds)', '{{by}}']),
      ],
    },
    {
      title: 'Projection and snapshots',
      panels: [
        graph('Projection behind', 'The oldest change that Redis lacks.', 's', [
          'max by (instance) (plaza_room_state_projection_lag_seconds)',
          '{{instance}}',
        ]),
        graph('Writes of the projection', 'other, unavailable: Redis went back or away; rebuilt: put right.', 'ops', [
          sumRate('plaza_room_state_projection_writes_total', 'outcome'),
          '{{outcome}}',
        ]),
        graph('Snapshots', 'By outcome.', 'ops', [`sum by (outcome) (${rate('plaza_room_state_snapshots_total')})`, '{{outcome}}']),
      ],
    },
  ],
};
