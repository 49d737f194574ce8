import { randomBytes } from 'node:crypto';
import { startCluster, type Cluster, type ClusterOptions } from '@plaza/testkit/cluster';

/** For slow readers: edges with less patience than those that are shipped, so that a run sees its end. */
export const impatientEdges = { PLAZA_EDGE_SLOW_MS: '5000' };

export interface OwnCluster {
  readonly cluster: Cluster;
  readonly tokenSecret: string;
}

/** A generator asks the API faster than a platform's servers would; what limits clients stays as it is shipped. */
const generatorEnv = { PLAZA_API_KEY_RATE: '20000' };

/** Two edges, two holders, one of each other service, on real engines, and what is said otherwise; a token secret that the generator knows. */
export async function ownCluster(options: ClusterOptions = {}): Promise<OwnCluster> {
  // The mark: no service that listens on more than loopback starts with it.
  const tokenSecret = `dev-${randomBytes(32).toString('base64url')}`;
  const env = { ...generatorEnv, PLAZA_TOKEN_SECRET: tokenSecret, ...options.env };
  const cluster = await startCluster({ logLevel: 'warn', ...options, env });
  return { cluster, tokenSecret };
}

/** PLAZA_K6_... that lead to it. */
export const variablesOf = ({ cluster, tokenSecret }: OwnCluster): Record<string, string> => ({
  PLAZA_K6_URLS: cluster.connectUrls.join(','),
  PLAZA_K6_API: cluster.ready.api,
  PLAZA_K6_KEY: cluster.ready.apiKey,
  PLAZA_K6_TOKEN_SECRET: tokenSecret,
});

/** Ends a process of the cluster without a word; it stays away. Throws where there is none of this id. */
export async function killProcess({ cluster }: OwnCluster, id: string): Promise<void> {
  const found = cluster.processes.find((process) => process.id === id);
  if (found === undefined) throw new Error(`the cluster has no ${id}`);
  await found.kill();
}
