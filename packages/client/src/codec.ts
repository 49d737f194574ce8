import { ClientFrame, ServerFrame } from '@plaza/proto/client';

/** How frames are written on the socket. */
export interface Codec {
  readonly subprotocol: string;
  encode(frame: ClientFrame): string | Uint8Array;
  /** Throws where it is not a server frame. */
  decode(message: unknown): ServerFrame;
}

export const binaryCodec: Codec = {
  subprotocol: 'plaza.v1',
  encode: (frame) => ClientFrame.encode(frame).finish(),
  decode(message) {
    if (message instanceof Uint8Array) return ServerFrame.decode(message);
    return ServerFrame.decode(new Uint8Array(message as ArrayBuffer));
  },
};

export const jsonCodec: Codec = {
  subprotocol: 'plaza.v1.json',
  encode: (frame) => JSON.stringify(ClientFrame.toJSON(frame)),
  decode: (message) => ServerFrame.fromJSON(JSON.parse(String(message))),
};
