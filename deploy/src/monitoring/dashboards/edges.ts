import { graph, sumRate, times, type DashboardSpec } from '../panel.js';

export const edges: DashboardSpec = {
  uid: 'plaza-edges',
  title: 'Plaza: edges',
  rows: [
    {
      title: 'Sockets',
      panels: [
        graph('Sockets', 'PLAZA_EDGE_MAX_CONNECTIONS is the cap.', 'short', ['sum by (instance) (plaza_edge_connections)', '{{instance}}']),
        graph('Sessions', 'Presences of sockets in rooms.', 'short', ['sum by (instance) (plaza_edge_sessions)', '{{instance}}']),
        graph('Closed, by code', '4504: drained; 4508: too slow; 1006: cut.', 'ops', [
          sumRate('plaza_edge_closed_total', 'code'),
          '{{code}}',
        ]),
      ],
    },
    {
      title: 'In',
      panels: [
        graph('Frames by kind', 'What clients send.', 'ops', [sumRate('plaza_edge_frames_total', 'kind'), '{{kind}}']),
        graph('Refusals by code', 'What clients are told no for.', 'ops', [sumRate('plaza_edge_refusals_total', 'code'), '{{code}}']),
      ],
    },
    {
      title: 'Out',
      panels: [
        graph('Writes to sockets', 'The cost of an edge: about 7 us each.', 'ops', [
          sumRate('plaza_edge_writes_total', 'instance'),
          '{{instance}}',
        ]),
        graph('Batches delivered', 'More batches a write: the edge is busier.', 'ops', [
          sumRate('plaza_edge_deliveries_total', 'instance'),
          '{{instance}}',
        ]),
        times('Rotation', 'One turn through all sockets of a room.', 'plaza_edge_rotation_seconds', 'instance'),
        graph('Waiting for slow readers', 'Bytes buffered for sockets that do not read.', 'bytes', [
          'sum by (instance) (plaza_edge_buffered_bytes)',
          '{{instance}}',
        ]),
      ],
    },
    {
      title: 'Whole',
      panels: [
        graph(
          'Gaps, fills, holes',
          'A gap is filled; a hole is told to a client (`complete: false`) and should be rare.',
          'ops',
          [sumRate('plaza_edge_gaps_total'), 'gaps'],
          [sumRate('plaza_edge_fills_total'), 'fills'],
          [sumRate('plaza_edge_incompletes_total'), 'told of a hole'],
          [sumRate('plaza_edge_bad_live_frames_total'), 'unreadable frames'],
        ),
        times('Event loop gap', 'How late the loop was: above 3 s all rooms are suspect.', 'plaza_edge_loop_gap_seconds', 'instance'),
      ],
    },
  ],
};
