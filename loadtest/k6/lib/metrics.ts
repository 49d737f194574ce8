import { Counter, Rate, Trend } from 'k6/metrics';

/** What all scripts count; a threshold is on what must be so wherever the script runs. */
export const joined = new Rate('plaza_joined');
export const joinMs = new Trend('plaza_join_ms', true);
/** Told to come again, or not let in: the socket tries on. */
export const refusals = new Counter('plaza_refusals');
/** Connections that ended without being asked to. */
export const dropped = new Counter('plaza_dropped');
/** Of the dropped ones: whether they were in their room again at the end. */
export const back = new Rate('plaza_back');
/** From the loss of the connection until the join was answered again. */
export const pauseMs = new Trend('plaza_pause_ms', true);

export const messages = new Counter('plaza_messages');
/** Of the first message of a frame, from its sending; distributed generators need clocks that agree. */
export const lagMs = new Trend('plaza_lag_ms', true);
/** Batches whose prev is behind, or before, the position; events out of their order. */
export const gaps = new Counter('plaza_gaps');
export const repeats = new Counter('plaza_repeats');
export const disorder = new Counter('plaza_disorder');
/** By the speakers' own count: messages that a listener never had, or had twice. */
export const lost = new Counter('plaza_lost');
export const twice = new Counter('plaza_twice');
/** Holes that the server told of. */
export const told = new Counter('plaza_told_holes');
/** Whether a socket had reached the room's head at its end. */
export const upToDate = new Rate('plaza_up_to_date');

export const accepted = new Rate('plaza_accepted');
export const replyMs = new Trend('plaza_reply_ms', true);

/** Whatever a script does: nothing missing, nothing twice, nothing out of order, everybody in, everybody at the head at the end. */
export const nothingBroken = {
  plaza_gaps: ['count==0'],
  plaza_repeats: ['count==0'],
  plaza_disorder: ['count==0'],
  plaza_lost: ['count==0'],
  plaza_twice: ['count==0'],
  plaza_joined: ['rate==1'],
  plaza_up_to_date: ['rate==1'],
};

/** Where nobody ends connections. */
export const nobodyDropped = { plaza_dropped: ['count==0'], plaza_told_holes: ['count==0'] };
