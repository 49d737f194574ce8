import type { Costs, Crowd } from './model.js';

/** Round ones, to reckon with by head. */
export const costs: Costs = {
  edgeWriteMicros: 6,
  edgeEventMicros: 0.2,
  edgeJoinMicros: 50,
  edgeSendMicros: 20,
  holderJoinMicros: 5,
  holderSendMicros: 20,
  natsSendMicros: 5,
  edgeSocketBytes: 1600,
};
export const crowd: Crowd = { viewers: 1_000_000, rooms: 1, messagesASecondARoom: 50, messageBytes: 200, joinsASecond: 0, lagMs: 250 };
