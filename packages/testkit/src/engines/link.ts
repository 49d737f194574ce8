/** How `from` reaches `to`, which listens at `address`: the host:port to connect to. The place where a suite puts itself between two processes. */
export type Link = (from: string, to: string, address: string) => Promise<string>;

export const directly: Link = (_from, _to, address) => Promise.resolve(address);
