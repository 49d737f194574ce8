/** A copy in a buffer of its own. `slice` of a Buffer is none: it keeps the whole that it is a part of, such as everything that was read from a socket at once. */
export const copied = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
