import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface CassandraPlace {
  readonly folder: string;
  readonly port: number;
  readonly storagePort: number;
  /** On loopback: where nodetool asks. */
  readonly managementPort: number;
  readonly heapMb: number;
}

const exported = {
  'java.base': ['jdk.internal.misc', 'jdk.internal.ref', 'sun.nio.ch'],
  'java.management.rmi': ['com.sun.jmx.remote.internal.rmi'],
  'java.rmi': ['sun.rmi.registry', 'sun.rmi.server'],
  'java.sql': ['java.sql'],
};
const opened = {
  'java.base': [
    ...['java.io', 'java.lang', 'java.lang.module', 'java.lang.reflect', 'java.net', 'java.nio', 'java.util', 'java.util.concurrent'],
    ...['java.util.concurrent.atomic', 'jdk.internal.loader', 'jdk.internal.ref', 'jdk.internal.reflect', 'jdk.internal.math'],
    ...['jdk.internal.module', 'jdk.internal.util.jar', 'sun.nio.ch'],
  ],
  'jdk.management': ['com.sun.management.internal'],
};
const grants = (option: string, modules: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(modules).flatMap(([module, packages]) => packages.map((name) => `--${option}=${module}/${name}=ALL-UNNAMED`));

const allGrants = [...grants('add-exports', exported), ...grants('add-opens', opened)];

/** The arguments of java for nodetool on a node. */
export const nodetoolArguments = ({ managementPort, folder }: CassandraPlace, libraries: string): string[] => [
  ...['-Xmx64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...allGrants, `-Duser.home=${folder}`],
  `-Dlogback.configurationFile=${join(folder, 'conf', 'logback.xml')}`,
  ...['-cp', `${libraries}/*`, 'org.apache.cassandra.tools.NodeTool', '-h', '127.0.0.1', '-p', String(managementPort)],
];

/** The arguments of java for one small node; its data lies in the folder, its settings in `conf` below it. */
export const javaArguments = (place: CassandraPlace, libraries: string): string[] => [
  ...[`-Xms${place.heapMb}m`, `-Xmx${place.heapMb}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+ExitOnOutOfMemoryError'],
  ...allGrants,
  `-Dcassandra.jmx.local.port=${place.managementPort}`,
  `-Dcassandra.config=${pathToFileURL(join(place.folder, 'conf', 'cassandra.yaml')).href}`,
  `-Dcassandra.storagedir=${place.folder}`,
  '-Dcassandra-foreground=yes',
  '-Dcassandra.skip_wait_for_gossip_to_settle=0',
  '-Dcassandra.ring_delay_ms=1000',
  '-Dcassandra.initial_token=0',
  '-Dcassandra.auto_bootstrap=false',
  `-Djava.io.tmpdir=${place.folder}`,
  ...['-cp', `${join(place.folder, 'conf')}:${libraries}/*`, 'org.apache.cassandra.service.CassandraDaemon'],
];

/** A cluster of one on loopback. The commit log is synced every second: a development server, kill -9 loses nothing. */
const yamlOf = ({ port, storagePort }: CassandraPlace): string => `cluster_name: plaza
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
listen_address: 127.0.0.1
rpc_address: 127.0.0.1
native_transport_port: ${port}
storage_port: ${storagePort}
num_tokens: 1
endpoint_snitch: SimpleSnitch
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters:
      - seeds: "127.0.0.1:${storagePort}"
commitlog_sync: periodic
commitlog_sync_period: 1000ms
memtable_heap_space: 64MiB
memtable_offheap_space: 64MiB
commitlog_total_space: 128MiB
concurrent_reads: 8
concurrent_writes: 8
auto_snapshot: false
`;

/** Without a logback file of ours it prints every debug line. */
const logback = `<configuration>
  <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%d %level %logger{20} %msg%n</pattern></encoder></appender>
  <root level="WARN"><appender-ref ref="OUT"/></root>
</configuration>
`;

export function writeSettings(place: CassandraPlace): void {
  const folder = join(place.folder, 'conf');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cassandra.yaml'), yamlOf(place));
  writeFileSync(join(folder, 'logback.xml'), logback);
}
