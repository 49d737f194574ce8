/** CPU in microseconds of one core, memory in bytes: what one of each costs, as `npm run bench` measured it. */
export interface Costs {
  /** Of an edge: one write to a socket, whatever it carries. */
  readonly edgeWriteMicros: number;
  /** Of an edge, added for each message in a write. */
  readonly edgeEventMicros: number;
  /** Of an edge: connect, token and join. */
  readonly edgeJoinMicros: number;
  /** Of an edge: one message that a client sends, and its reply. */
  readonly edgeSendMicros: number;
  readonly holderJoinMicros: number;
  readonly holderSendMicros: number;
  /** Of nats-server, for a message in the log, once. */
  readonly natsSendMicros: number;
  /** User memory of an edge for a joined socket. */
  readonly edgeSocketBytes: number;
}

/** What is to be held. Rates are of the whole cluster, a second. */
export interface Crowd {
  readonly viewers: number;
  readonly rooms: number;
  /** Messages that a viewer of a room gets, a second: what the room accepts, less what its audience or sampling leaves out. */
  readonly messagesASecondARoom: number;
  /** On the wire, without frame and TCP headers. */
  readonly messageBytes: number;
  /** Connects with join, at the peak. */
  readonly joinsASecond: number;
  /** How late a message may reach the last socket because of the drain's rotation, ms. */
  readonly lagMs: number;
}

export interface Plan {
  readonly edges: number;
  /** Why not fewer. */
  readonly edgesBecauseOf: 'sockets' | 'cpu' | 'memory';
  readonly socketsAnEdge: number;
  /** Of an edge's core, by all that it does. */
  readonly edgeShare: number;
  /** A room's rotation on a full edge, ms: the drain's own interval. */
  readonly rotationMs: number;
  readonly writesASocketASecond: number;
  readonly edgeMemoryBytes: number;
  readonly holders: number;
  readonly holderShare: number;
  /** Of a room-state process: a room is never shared by two. */
  readonly busiestRoomShare: number;
  readonly natsShareAServer: number;
  /** Streams of the log that the records need, at the rate of one synchronised stream. */
  readonly logStreams: number;
  /** Live frames that core NATS carries to edges, a second. */
  readonly liveFramesASecond: number;
  /** To viewers, bits a second: of the cluster, and of one edge. */
  readonly egressBits: number;
  readonly edgeEgressBits: number;
}

/** Of a core: what a process may be planned to use; the rest is for bursts, collections of garbage and the loss of a neighbour. */
export const plannedShare = 0.6;
/** The shortest interval at which a room is served, ms. */
export const shortestRotationMs = 40;
/** The shipped cap, PLAZA_EDGE_MAX_CONNECTIONS. */
export const socketsAnEdgeAtMost = 15_000;
const edgeBaseBytes = 150 * 1024 * 1024;
const edgeMemoryAtMost = 2 * 1024 ** 3;
/** The rings of an edge's rooms: at most this for each that it has viewers of. */
const ringBytes = 256 * 1024;
/** The kernel's buffers of an idle and a moving socket; `tcp_wmem` bounds what a slow one takes beyond it. */
export const kernelSocketBytes = 8 * 1024;
/** WebSocket header, batch header, TCP/IP headers of a write. */
const writeHeaderBytes = 80;
/** Records a second of one stream with R3 and `sync_interval` 100 ms. */
const recordsAStream = 12_000;
/** A holder merges a hot room's events into one record at this interval. */
const batchIntervalMs = 40;

/**
 * What a crowd needs. Viewers are taken to be spread evenly over rooms and edges. Throws RangeError where no number of edges is enough: a viewer's own share
 * of messages costs more than a core.
 */
export function planFor(crowd: Crowd, costs: Costs): Plan {
  const perEdge = socketsThatFit(crowd, costs);
  const [edgesBecauseOf, socketsAtMost] = Object.entries(perEdge).reduce((least, one) => (one[1] < least[1] ? one : least)) as [
    Plan['edgesBecauseOf'],
    number,
  ];
  if (socketsAtMost < 1) throw new RangeError(`one core cannot serve a single viewer: ${edgesBecauseOf}`);
  const edges = Math.ceil(crowd.viewers / socketsAtMost);
  const socketsAnEdge = Math.ceil(crowd.viewers / edges);
  const rotationMs = rotationOf(socketsAnEdge, crowd, costs);
  const writesASocketASecond = writesASecond(crowd, rotationMs);
  return {
    edges,
    edgesBecauseOf,
    socketsAnEdge,
    edgeShare: (socketsAnEdge * microsASocket(crowd, costs, writesASocketASecond)) / 1e6,
    rotationMs,
    writesASocketASecond,
    edgeMemoryBytes: edgeBaseBytes + socketsAnEdge * costs.edgeSocketBytes + Math.min(crowd.rooms, socketsAnEdge) * ringBytes,
    ...behindEdges(crowd, costs, edges),
    ...egressOf(crowd, writesASocketASecond, edges),
  };
}

/** Sockets that one edge holds, by what ends first. */
const socketsThatFit = (crowd: Crowd, costs: Costs): Record<Plan['edgesBecauseOf'], number> => ({
  sockets: socketsAnEdgeAtMost,
  cpu: (plannedShare * 1e6) / microsASocket(crowd, costs, writesASecond(crowd, crowd.lagMs)),
  memory: (edgeMemoryAtMost - edgeBaseBytes) / costs.edgeSocketBytes,
});

/** Of an edge, a second: what is written to a socket, and its share of what comes in. */
const microsASocket = (crowd: Crowd, costs: Costs, writes: number): number =>
  writes * costs.edgeWriteMicros + microsBesideWrites(crowd, costs);

const microsBesideWrites = ({ viewers, rooms, messagesASecondARoom, joinsASecond }: Crowd, costs: Costs): number =>
  messagesASecondARoom * costs.edgeEventMicros +
  (joinsASecond / viewers) * costs.edgeJoinMicros +
  ((rooms * messagesASecondARoom) / viewers) * costs.edgeSendMicros;

/** A socket of a room is written to for each message, or once a rotation, whichever is less. */
const writesASecond = ({ messagesASecondARoom }: Crowd, rotationMs: number): number =>
  Math.min(messagesASecondARoom, 1000 / Math.max(shortestRotationMs, rotationMs));

/** The drain keeps its share: the more sockets, the longer the round, the more messages a write. */
export function rotationOf(sockets: number, crowd: Crowd, costs: Costs): number {
  const left = plannedShare * 1e6 - sockets * microsBesideWrites(crowd, costs);
  return left <= 0 ? Number.POSITIVE_INFINITY : Math.max(shortestRotationMs, (1000 * sockets * costs.edgeWriteMicros) / left);
}

function behindEdges(
  { rooms, messagesASecondARoom, joinsASecond, viewers }: Crowd,
  { holderJoinMicros, holderSendMicros, natsSendMicros }: Costs,
  edges: number,
): Pick<Plan, 'holders' | 'holderShare' | 'busiestRoomShare' | 'natsShareAServer' | 'logStreams' | 'liveFramesASecond'> {
  const messages = rooms * messagesASecondARoom;
  const micros = messages * holderSendMicros + joinsASecond * holderJoinMicros;
  // Two at least: one that is lost has a successor.
  const holders = Math.max(2, Math.ceil(micros / (plannedShare * 1e6)));
  const records = rooms * Math.min(messagesASecondARoom, 1000 / batchIntervalMs);
  return {
    holders,
    holderShare: micros / holders / 1e6,
    busiestRoomShare: (messagesASecondARoom * holderSendMicros + (joinsASecond / rooms) * holderJoinMicros) / 1e6,
    natsShareAServer: (messages * natsSendMicros) / 1e6,
    logStreams: Math.max(4, Math.ceil(records / recordsAStream)),
    liveFramesASecond: records * Math.min(edges, Math.max(1, viewers / rooms)),
  };
}

function egressOf(
  { viewers, messagesASecondARoom, messageBytes }: Crowd,
  writes: number,
  edges: number,
): Pick<Plan, 'egressBits' | 'edgeEgressBits'> {
  const egressBits = 8 * viewers * (messagesASecondARoom * messageBytes + writes * writeHeaderBytes);
  return { egressBits, edgeEgressBits: egressBits / edges };
}

/** Two measurements of one edge, each CPU a write and messages a write, make the two costs. Throws RangeError where they are too alike. */
export function writeCosts(
  few: { readonly microsAWrite: number; readonly eventsAWrite: number },
  many: { readonly microsAWrite: number; readonly eventsAWrite: number },
): Pick<Costs, 'edgeWriteMicros' | 'edgeEventMicros'> {
  const apart = many.eventsAWrite - few.eventsAWrite;
  if (apart < 1) throw new RangeError('the two runs carried about as many messages a write: they do not tell one cost from the other');
  const edgeEventMicros = Math.max(0, (many.microsAWrite - few.microsAWrite) / apart);
  return { edgeEventMicros, edgeWriteMicros: few.microsAWrite - few.eventsAWrite * edgeEventMicros };
}
