import { mkdirSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';

export type { Database, RootDatabase } from 'lmdb';

/**
 * The embedded store of one data folder. Binary keys and values throughout; open sub-databases with the same encodings. A put is committed and
 * visible when its promise resolves; `flushed` means on disk. Local disks only.
 */
export function openStore(folder: string): RootDatabase<Buffer, Buffer> {
  mkdirSync(folder, { recursive: true });
  // maxDbs: the default stops at 12.
  return open<Buffer, Buffer>({ path: folder, maxDbs: 64, encoding: 'binary', keyEncoding: 'binary' });
}

/** Eight bytes, so that keys sort as their numbers do; whole numbers from 0 below 2^53. */
export function bigEndian(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeUInt32BE(Math.floor(value / 0x1_0000_0000), 0);
  bytes.writeUInt32BE(value % 0x1_0000_0000, 4);
  return bytes;
}

export const fromBigEndian = (bytes: Uint8Array, offset = 0): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 8);
  return view.getUint32(0) * 0x1_0000_0000 + view.getUint32(4);
};
