import { isIPv6, SocketAddress } from 'node:net';

const mapped = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/;

/** An IP address in its usual form: IPv6 without its zeros, and IPv4 as such where it comes inside IPv6. */
export const shortAddress = (address: string): string =>
  isIPv6(address) ? new SocketAddress({ family: 'ipv6', address }).address.replace(mapped, '') : address;
