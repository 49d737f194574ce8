import { get } from 'node:http';
import { connect } from 'node:net';

const answerMs = 2000;

/** The body of a 200 answer; anything else fails. */
export function httpBody(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { timeout: answerMs, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (body += part));
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 200 ? resolve(body) : reject(new Error(`${response.statusCode}: ${body.trim().slice(0, 300)}`)),
      );
    });
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', reject);
  });
}

/** Sends `line` to a TCP port and resolves when the answer starts as expected. */
export function tcpAnswer(host: string, port: number, line: string, expected: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const done = (failure?: Error): void => {
      socket.destroy();
      if (failure === undefined) resolve();
      else reject(failure);
    };
    socket.setTimeout(answerMs, () => done(new Error('no answer in time')));
    socket.once('error', done);
    socket.once('connect', () => socket.write(line));
    socket.once('data', (bytes) => {
      const text = bytes.toString('utf8');
      done(text.startsWith(expected) ? undefined : new Error(text.trim().slice(0, 200)));
    });
  });
}
