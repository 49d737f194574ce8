import { pin } from '../machine.js';
import type { Peer } from '../peers/peer.js';
import { standaloneTarget } from '../target.js';
import { edgeBed, serverCpu, stopReaders, tokenSecret } from './bed.js';
import { openRoom, Speaker } from './room.js';

/** A server that holds the sockets of one room: an edge, standalone, or a peer. */
export interface Subject extends Omit<Peer, 'stop'> {
  /** That its sockets join; empty: they are in its only room at once. */
  readonly rooms: readonly string[];
  /** Messages that were not accepted. */
  refused(): number;
  stop(): Promise<void>;
}

/** An edge of a cluster; the speaker is at another one. */
export async function edgeSubject(): Promise<Subject> {
  const bed = await edgeBed();
  const [url, elsewhere] = bed.connectUrls as [string, string];
  const room = await openRoom(bed, 'fanout');
  await stopReaders(bed);
  return talking({ name: 'edge', url, pid: bed.pid('edge-1'), stop: () => bed.stop() }, elsewhere, room);
}

/** Everything in one process: the speaker is one of its sockets. */
export async function standaloneSubject(): Promise<Subject> {
  const target = await standaloneTarget({ PLAZA_TOKEN_SECRET: tokenSecret });
  const pid = target.pids['standalone'] as number;
  if (serverCpu !== undefined) pin(pid, serverCpu);
  const url = target.connectUrls[0] as string;
  return talking({ name: 'standalone', url, pid, stop: () => target.stop() }, url, await openRoom(target, 'fanout'));
}

async function talking(one: Pick<Subject, 'name' | 'url' | 'pid' | 'stop'>, speakersUrl: string, room: string): Promise<Subject> {
  const speaker = await Speaker.enter(speakersUrl, room);
  return {
    ...one,
    speech: 'plaza',
    rooms: [room],
    publish: (text) => speaker.say(text),
    refused: () => speaker.refused,
    stop: () => {
      speaker.leave();
      return one.stop();
    },
  };
}

export const peerSubject = (peer: Peer): Subject => ({
  ...peer,
  rooms: [],
  refused: () => 0,
  stop: () => {
    peer.stop();
    return Promise.resolve();
  },
});
