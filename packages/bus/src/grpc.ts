export { GrpcRoomGateway, type GrpcRoomGatewayOptions } from './room-gateway.grpc.js';
export { serveRoomDoor, type RoomDoorOptions } from './room-door.grpc.js';
export type { GrpcListener } from './listen.grpc.js';
export * from './readers.grpc.js';
