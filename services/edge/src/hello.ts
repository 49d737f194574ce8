import type { Hello } from './connection.js';

const binary = 'plaza.v1';
const json = 'plaza.v1.json';
const maxRooms = 10;
const maxDeviceId = 64;
const maxDeviceKind = 16;

/** What a connect URL and the asked subprotocols (comma-separated) mean. `subprotocol` is what is answered; empty: none was asked. */
export function parseHello(query: string, protocols: string): (Hello & { readonly subprotocol: string }) | { readonly mistake: string } {
  const subprotocol = chosen(protocols);
  if (subprotocol === undefined) return { mistake: `the subprotocol is ${binary} or ${json}` };
  const fields = new URLSearchParams(query);
  const rooms = [...new Set(fields.getAll('room'))].map(ownCopy);
  if (rooms.length > maxRooms) return { mistake: `at most ${maxRooms} rooms` };
  const deviceId = ownCopy(fields.get('device') ?? '');
  const deviceKind = ownCopy(fields.get('deviceKind') ?? '');
  if (deviceId.length > maxDeviceId || deviceKind.length > maxDeviceKind) return { mistake: 'device or deviceKind is too long' };
  return { json: subprotocol !== binary, token: fields.get('token') ?? '', rooms, deviceId, deviceKind, subprotocol };
}

/** V8 keeps a part of a string as a view of it: a device id would hold on to the whole query, token and all, for as long as its socket lives. */
const ownCopy = (part: string): string => (part === '' ? '' : Buffer.from(part).toString());

/** The first that is known, JSON where none is asked; undefined: others were asked. */
function chosen(protocols: string): string | undefined {
  if (protocols === '') return '';
  return protocols
    .split(',')
    .map((one) => one.trim())
    .find((one) => one === binary || one === json);
}
