import { integer, list, variable, type ConfigOf } from '@plaza/kit';

const ms = integer(0, 2_147_483_647);

/** How rooms are held: what tests and the embedded composition set, too. */
export const settingsTable = {
  noticesUpTo: variable(
    'PLAZA_NOTICES_UP_TO',
    integer(0, 1_000_000),
    '100',
    'Up to so many accounts, rooms with automatic notices have enter and leave events.',
  ),
  permanentMembers: variable(
    'PLAZA_PERMANENT_MEMBERS',
    integer(0, 100_000),
    '1000',
    'Administrators and regular members of a room, at most.',
  ),
  bucketRows: variable('PLAZA_BUCKET_ROWS', integer(1, 1_000_000), '10000', 'Stored messages in one history bucket, at most.'),
  bucketMs: variable('PLAZA_BUCKET_MS', ms, '86400000', 'The time that one history bucket spans, at most, in ms.'),
  hotIntervalMs: variable('PLAZA_HOT_INTERVAL_MS', ms, '40', 'The least time between two batches of a busy room, in ms.'),
  pulseMs: variable(
    'PLAZA_PULSE_MS',
    integer(0, 100),
    '2',
    'The least time between two moments at which the shards of a process append, in ms: what they append in one moment shares writes.',
  ),
  inputMs: variable(
    'PLAZA_INPUT_MS',
    ms,
    '15000',
    'Input of a shard waits so long for the log before more of it is refused as unavailable, in ms.',
  ),
  inputBytes: variable(
    'PLAZA_INPUT_BYTES',
    integer(65_536, 1_073_741_824),
    '8388608',
    'Input of a shard that may wait for the log, in bytes.',
  ),
  graceMs: variable('PLAZA_GRACE_MS', ms, '15000', 'The sessions of an edge whose connection broke are kept so long, in ms.'),
  absenceMs: variable(
    'PLAZA_ABSENCE_MS',
    ms,
    '15000',
    'Who left keeps transient queue elements, attributes and labels that go with it for so long, in ms.',
  ),
  settlingMs: variable(
    'PLAZA_SETTLING_MS',
    ms,
    '20000',
    'After a takeover counts are called settling for so long, in ms: less where all edges that are heard have said what they hold.',
  ),
  repeatMs: variable('PLAZA_REPEAT_MS', ms, '60000', 'A repeated command id is recognised for so long, in ms.'),
  tallyMs: variable(
    'PLAZA_TALLY_MS',
    integer(100, 3_600_000),
    '10000',
    'A room in which members came or went logs its tally so often, in ms.',
  ),
  snapshotMs: variable(
    'PLAZA_SNAPSHOT_MS',
    integer(100, 86_400_000),
    '600000',
    'A changed shard is copied to the snapshot store so often, in ms.',
  ),
  idleRoomMs: variable(
    'PLAZA_IDLE_ROOM_MS',
    integer(1000, 86_400_000),
    '600000',
    'A room without members leaves the memory after so long, in ms.',
  ),
  settleMs: variable(
    'PLAZA_SETTLE_MS',
    ms,
    '1500',
    'At start this process listens so long to the others before it claims shards, in ms; 0: it is alone.',
  ),
  silentMs: variable(
    'PLAZA_SILENT_MS',
    integer(100, 600_000),
    '5000',
    'A process that has not been heard for so long has lost its shards, in ms.',
  ),
  claimRepeatMs: variable(
    'PLAZA_CLAIM_REPEAT_MS',
    integer(1000, 86_400_000),
    '14400000',
    'A claim is written again so often, so that the log of an idle shard does not age out, in ms.',
  ),
  logKeepHours: variable(
    'PLAZA_LOG_KEEP_HOURS',
    integer(1, 8760),
    '24',
    'How long the log keeps records, at least: longer while a reader or a snapshot needs them.',
  ),
  logReaders: variable(
    'PLAZA_LOG_READERS',
    list,
    'history,metrics,webhooks,audit',
    'Readers without whose word the log drops nothing, comma-separated; others count once they are heard.',
  ),
  drainMs: variable('PLAZA_DRAIN_MS', ms, '20000', 'A drain hands its shards over within this time, in ms; ends as soon as it holds none.'),
};

export type Settings = ConfigOf<typeof settingsTable>;
