import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { serveRoomDoor } from './room-door.grpc.js';
import { roomGatewayContract } from './room-gateway.contract.js';
import { GrpcRoomGateway } from './room-gateway.grpc.js';

roomGatewayContract('gRPC', () => ({
  gateway: new GrpcRoomGateway({ credentials: ChannelCredentials.createInsecure() }),
  nowhere: '127.0.0.1:1',
  serve: async (door) => {
    const { port, close } = await serveRoomDoor(door, { host: '127.0.0.1', port: 0, credentials: ServerCredentials.createInsecure() });
    return { address: `127.0.0.1:${port}`, close };
  },
}));

test('a holder that resets the commands of a link with more to send ends the link, and the process goes on', async () => {
  // In a process of its own: http2 that goes round for ever cannot be stopped from within. The guard ends it.
  const script = `
    import { createServer } from 'node:http2';
    import { ChannelCredentials } from '@grpc/grpc-js';
    import { GrpcRoomGateway } from ${JSON.stringify(new URL('../dist/grpc.js', import.meta.url).href)};
    import { guardLoop } from '@plaza/kit';
    guardLoop('edge', 1000);
    const holder = createServer().on('stream', (stream, headers) => {
      stream.on('error', () => undefined).resume().respond({ ':status': 200, 'content-type': 'application/grpc+proto' });
      if (headers[':path'].endsWith('/Commands')) commands = stream;
      else go();
    });
    let commands, over = false;
    await new Promise((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const gateway = new GrpcRoomGateway({ credentials: ChannelCredentials.createInsecure(), flushMs: 0 });
    const broken = (cause) => {
      over = true;
      process.stdout.write(cause);
      setTimeout(() => process.exit(), 50);
    };
    const link = gateway.open('127.0.0.1:' + holder.address().port, 'edge', { replies: () => undefined, broken });
    link.ask({ $case: 'fill', value: { room: 'r', after: 5 } }, new AbortController().signal);
    const entry = { number: 1, session: 1, kind: 3, room: 'r', body: Buffer.alloc(1000), commandId: 'x', operator: '', asAccount: '', disconnected: false };
    let turns = 0;
    function go() {
      if (over) return;
      link.send([entry]);
      if (++turns === 100) commands.close(8);
      setImmediate(go);
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  expect({ code, signal, said }).toEqual({ code: 0, signal: null, said: '1: 1 CANCELLED: Call cancelled' });
});
