/** For what an image is made. */
export interface Platform {
  /** As `process.platform` and `process.arch` have it. */
  readonly os: string;
  readonly arch: string;
  /** Versions of Node's native interface (`process.versions.modules`) that may run it. */
  readonly abis: readonly string[];
}

/** uws_linux_x64_127.node */
const sockets = /(?:^|\/)uws_(?<os>[a-z0-9]+)_(?<arch>[a-z0-9]+)_(?<abi>\d+)\.node$/;
/** lmdb-linux-x64/node.abi127.glibc.node, node.napi.glibc.node */
const prebuilt =
  /(?:^|\/)[a-z-]+-(?<os>linux|darwin|win32)-(?<arch>[a-z0-9]+)\/node\.(?:abi(?<abi>\d+)|napi)(?:\.(?<libc>glibc|musl))?\.node$/;
/** What only a compiler, a debugger or the installer reads. */
const unread = [
  /\.(?:[cm]?ts|map|tsbuildinfo)$/,
  /(?:^|\/)(?:tsconfig\.json|pnpm-lock\.yaml|\.modules\.yaml|\.pnpm-workspace-state[^/]*)$/,
  /(?:^|\/)node_modules\/(?:\.bin|\.pnpm|@types|undici-types|node-addon-api)\//,
  /(?:^|\/)node_modules\/uWebSockets\.js\/(?!dist\/|package\.json|LICENSE)/,
];

/**
 * Whether a file of a deployed service, by its path below the service's folder, has a place in an image of `platform`, a Debian (glibc).
 * Native files of other platforms, and of versions of Node that are not asked for, have none.
 */
export function isKept(path: string, platform: Platform): boolean {
  const native = (sockets.exec(path) ?? prebuilt.exec(path))?.groups;
  if (native !== undefined) return isFor(native, platform);
  return !unread.some((pattern) => pattern.test(path));
}

const isFor = ({ os, arch, abi, libc }: Readonly<Record<string, string | undefined>>, platform: Platform): boolean =>
  os === platform.os && arch === platform.arch && libc !== 'musl' && (abi === undefined || platform.abis.includes(abi));
