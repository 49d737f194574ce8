import { inParallel } from '@plaza/kit';
import type { Cluster } from '@plaza/testkit/cluster';

const textLength = 400;
const rooms = 16;
const atATime = 32;

/** Sends so many bytes of messages into several rooms, by the server API; rejects where more than a few are refused. */
export async function fill({ ready }: Cluster, bytes: number): Promise<void> {
  const send = async (path: string, body: object): Promise<boolean> => {
    const response = await fetch(`${ready.api}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ready.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await response.arrayBuffer();
    return response.ok;
  };
  for (let room = 0; room < rooms; room++) await send('/v1/rooms', { room: `filled-${room}`, creator: 'host' });
  const count = Math.ceil(bytes / textLength);
  let sent = 0;
  const one = async (number: number): Promise<void> => {
    if (await send(`/v1/rooms/filled-${number % rooms}/messages`, { text: String(number).padEnd(textLength, 'x') })) sent++;
  };
  await inParallel(
    Array.from({ length: count }, (_, number) => number),
    atATime,
    one,
  );
  if (sent < 0.9 * count) throw new Error(`${sent} of ${count} messages were taken`);
}
