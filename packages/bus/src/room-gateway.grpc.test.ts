import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';
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
