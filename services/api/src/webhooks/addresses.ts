import { BlockList, isIP } from 'node:net';

/** Networks that are not of the public internet: this machine, private, link-local, shared, documentation, multicast, and IPv4 inside IPv6. */
const networks: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
];
// A list each: in one of both, an IPv4 address is also looked for as the IPv6 address that it can be written as.
const closed = { ipv4: new BlockList(), ipv6: new BlockList() };
const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
for (const [network, prefix] of networks) closed[familyOf(network)].addSubnet(network, prefix, familyOf(network));

/** Whether an IP address is one that anybody on the internet may be asked at. */
export function isPublic(address: string): boolean {
  const family = familyOf(address);
  return isIP(address) !== 0 && !closed[family].check(address, family);
}

/** The host of a URL as an IP address; undefined: it is a name. */
export function addressIn({ hostname }: URL): string | undefined {
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(host) === 0 ? undefined : host;
}

const isThisMachine = ({ hostname }: URL): boolean => hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');

/**
 * What is wrong with the URL of an endpoint, in words; undefined: nothing. Where private addresses are allowed (a setting), http to this machine
 * is, too. Names are checked when they are looked up, at each delivery.
 */
export function urlMistake(text: string, privateAllowed: boolean): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return 'expected an address';
  const plain = privateAllowed && url.protocol === 'http:' && isThisMachine(url);
  if (url.protocol !== 'https:' && !plain) return 'expected an https address';
  if (url.username !== '' || url.password !== '') return 'expected no name or password in the address';
  if (url.hash !== '') return 'expected no # in the address';
  const address = addressIn(url);
  if (privateAllowed || (address === undefined ? !isThisMachine(url) : isPublic(address))) return undefined;
  return 'expected a public address';
}
