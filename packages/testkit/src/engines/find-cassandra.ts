import { mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cached, cacheFolder } from './cache.js';
import { EngineMissing } from './engine-missing.js';
import { installDebianPackages } from './packages.js';
import { onPath, run } from './run.js';

const version = '5.0.6';
const folderName = `cassandra-${version}`;
const fetchMs = 600_000;

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>plaza</groupId><artifactId>cassandra-engine</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.cassandra</groupId><artifactId>cassandra-all</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`;

export interface FoundCassandra {
  readonly java: string;
  /** A folder of jars. */
  readonly libraries: string;
  readonly found: string;
}

/** The real Cassandra as its Maven artifacts, on a Java of this machine; there is no binary of it to look for on PATH. */
export async function findCassandra(): Promise<FoundCassandra> {
  const java = await commandOf('java', 'openjdk-17-jre-headless');
  const ready = existsSync(join(cacheFolder(), folderName));
  const folder = await cached(folderName, fetchLibraries);
  return { java, libraries: join(folder, 'lib'), found: `Cassandra ${version} from Maven artifacts${ready ? ', cached' : ''}, on ${java}` };
}

async function fetchLibraries(folder: string): Promise<void> {
  const maven = await commandOf('mvn', 'maven');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'pom.xml'), pom);
  const args = ['-q', '-B', '-f', join(folder, 'pom.xml'), 'dependency:copy-dependencies', '-DincludeScope=runtime'];
  try {
    await run(maven, [...args, `-DoutputDirectory=${join(folder, 'lib')}`], fetchMs);
  } catch (error) {
    throw new EngineMissing(`the Maven artifacts of Cassandra ${version} cannot be fetched`, { cause: error });
  }
}

async function commandOf(name: string, debianPackage: string): Promise<string> {
  const there = onPath(name);
  if (there !== undefined) return there;
  await installDebianPackages(debianPackage);
  const installed = onPath(name);
  if (installed === undefined) throw new EngineMissing(`the Debian package ${debianPackage} brought no ${name}`);
  return installed;
}
