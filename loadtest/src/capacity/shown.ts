import { planFor, plannedShare, type Costs, type Crowd, type Plan } from './model.js';

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
const rounded = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Bits a second in the largest unit that leaves a number above 1. */
export function bits(value: number): string {
  const [unit, factor] = value >= 1e9 ? ['Gbit/s', 1e9] : value >= 1e6 ? ['Mbit/s', 1e6] : ['kbit/s', 1e3];
  return `${(value / factor).toFixed(1)} ${unit}`;
}

const why: Readonly<Record<Plan['edgesBecauseOf'], string>> = {
  sockets: 'the cap on sockets of one process',
  cpu: 'CPU',
  memory: 'memory',
};

/** A plan in lines, for people. */
export const planLines = (plan: Plan): string[] => [
  `edges:        ${plan.edges} of one core each (by ${why[plan.edgesBecauseOf]}), ${rounded(plan.socketsAnEdge)} sockets each, ${percent(plan.edgeShare)} of a core, ${gib(plan.edgeMemoryBytes)}`,
  `delivery:     each socket is written to ${plan.writesASocketASecond.toFixed(1)} times a second; a round through all of an edge's sockets takes ${rounded(plan.rotationMs)} ms`,
  `room-state:   ${plan.holders} processes, ${percent(plan.holderShare)} of a core each; one room takes ${percent(plan.busiestRoomShare)} of the one that holds it`,
  `nats-server:  ${percent(plan.natsShareAServer)} of a core on each server that keeps the log; ${plan.logStreams} streams; ${rounded(plan.liveFramesASecond)} live frames a second to edges`,
  `egress:       ${bits(plan.egressBits)} in all, ${bits(plan.edgeEgressBits)} an edge`,
  ...(plan.busiestRoomShare > plannedShare
    ? ['NOT POSSIBLE: one room takes more than its process is planned for; lower its display budget, or sample']
    : []),
];

/** The measured costs and some crowds as Markdown, for docs/capacity.md. */
export function docLines(costs: Costs, machine: string): string[] {
  const micros = (value: number): string => `${value.toFixed(value < 1 ? 2 : 1)} us`;
  return [
    `Measured on: ${machine}. CPU in microseconds of one core.`,
    '',
    '| what | cost |',
    '|---|---|',
    `| edge: a write to a socket, whatever it carries | ${micros(costs.edgeWriteMicros)} |`,
    `| edge: each message in a write | ${micros(costs.edgeEventMicros)} |`,
    `| edge: connect, token and join | ${micros(costs.edgeJoinMicros)} |`,
    `| edge: a message that a client sends, with its reply | ${micros(costs.edgeSendMicros)} |`,
    `| edge: user memory of a joined socket | ${(costs.edgeSocketBytes / 1024).toFixed(1)} KiB |`,
    `| room-state: a join | ${micros(costs.holderJoinMicros)} |`,
    `| room-state: a message | ${micros(costs.holderSendMicros)} |`,
    `| nats-server: a message in the log and on its way | ${micros(costs.natsSendMicros)} |`,
    '',
    '| crowd | edges | sockets each | round | room-state | NATS | egress |',
    '|---|---|---|---|---|---|---|',
    ...examples.map(([name, crowd]) => {
      const plan = planFor(crowd, costs);
      return `| ${name} | ${plan.edges} (${why[plan.edgesBecauseOf]}) | ${rounded(plan.socketsAnEdge)} | ${rounded(plan.rotationMs)} ms | ${plan.holders} x ${percent(plan.holderShare)} | ${percent(plan.natsShareAServer)} | ${bits(plan.egressBits)} |`;
    }),
  ];
}

const base: Crowd = { viewers: 1_000_000, rooms: 1, messagesASecondARoom: 50, messageBytes: 200, joinsASecond: 10_000, lagMs: 250 };
const examples: readonly (readonly [string, Crowd])[] = [
  ['one room, a million viewers, 50 messages/s, 10,000 joins/s', base],
  ['the same, 200 messages/s', { ...base, messagesASecondARoom: 200 }],
  ['the same within 100 ms', { ...base, messagesASecondARoom: 200, lagMs: 100 }],
  [
    '100,000 viewers in 1,000 rooms, 5 messages/s each',
    { ...base, viewers: 100_000, rooms: 1000, messagesASecondARoom: 5, joinsASecond: 1000 },
  ],
  ['5,000 viewers in 50 rooms, 2 messages/s each', { ...base, viewers: 5000, rooms: 50, messagesASecondARoom: 2, joinsASecond: 100 }],
];
