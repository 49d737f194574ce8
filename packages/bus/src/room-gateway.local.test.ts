import { roomGatewayContract } from './room-gateway.contract.js';
import { LocalRoomGateway } from './room-gateway.local.js';

roomGatewayContract('local', () => {
  const gateway = new LocalRoomGateway();
  return {
    gateway,
    nowhere: 'local:2',
    serve: (door) => {
      const close = gateway.serve('local:1', door);
      return Promise.resolve({ address: 'local:1', close: () => Promise.resolve(close()) });
    },
  };
});
