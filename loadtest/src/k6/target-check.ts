import { createInterface } from 'node:readline/promises';
import { causeOf } from '@plaza/kit';
import WebSocket from 'ws';

/** A Plaza that somebody else runs. */
export interface Named {
  readonly urls: readonly string[];
  readonly api: string;
  readonly key: string;
}

const answerMs = 5000;

/** What is wrong with it, in words, before anything is loaded; empty: each edge opens a socket and the API takes the key. */
export async function wrongWith({ urls, api, key }: Named): Promise<string[]> {
  const edges = urls.map((url) =>
    opens(url).then(
      () => [],
      (error: unknown) => [`${url} opens no socket: ${causeOf(error)}`],
    ),
  );
  return (await Promise.all([...edges, takesKey(api, key)])).flat();
}

function opens(url: string): Promise<void> {
  const socket = new WebSocket(url, 'plaza.v1.json', { handshakeTimeout: answerMs });
  return new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  }).finally(() => socket.terminate());
}

async function takesKey(api: string, key: string): Promise<string[]> {
  try {
    const headers = { authorization: `Bearer ${key}` };
    const { status } = await fetch(`${api}/v1/rooms?limit=1`, { headers, signal: AbortSignal.timeout(answerMs) });
    if (status === 401 || status === 403) return [`${api} does not take the API key (${status})`];
    return status === 200 ? [] : [`${api} answers ${status}`];
  } catch (error) {
    return [`${api} does not answer: ${causeOf(error)}`];
  }
}

/** Whether somebody at the terminal says yes. Where nobody is there, it is no. */
export async function saysYes(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    process.stderr.write(`${question}\nnobody is there to ask: say --yes\n`);
    return false;
  }
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asked.question(`${question} [y/N] `);
  asked.close();
  return /^y(es)?$/i.test(answer.trim());
}
