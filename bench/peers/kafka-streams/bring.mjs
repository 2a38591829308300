import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { underLock } from '@tripline/testing-broker';

const folder = import.meta.dirname;
const CLASS_PATH = [join(folder, 'target/classes'), join(folder, 'target/libs/*')].join(process.platform === 'win32' ? ';' : ':');
/** See the README beside: what was tried, and what each is for. */
const JVM_FLAGS = ['-Xms2g', '-Xmx2g', '-XX:+UseSerialGC'];

/** How Kafka Streams is run, `{ command, args }`, built by Maven where that is out of date; or why it cannot be: `{ unavailable }`. */
export function bringStreams() {
  const { status } = spawnSync('java', ['-version'], { stdio: 'ignore' });
  if (status !== 0) return { unavailable: 'there is no Java (17 or newer) on the PATH' };
  const why = underLock(join(folder, 'target.lock'), build);
  if (why !== undefined) return { unavailable: why };
  const flags = process.env.STREAMS_JVM_FLAGS?.split(' ') ?? JVM_FLAGS;
  const logging = `-Dlog4j2.configurationFile=${join(folder, '../../../tools/kafka/log4j2.properties')}`;
  return { command: 'java', args: [...flags, logging, '-cp', CLASS_PATH, 'tripline.bench.Main'], flags };
}

function build() {
  const { status, error, stdout, stderr } = spawnSync('mvn', ['-q', '-B', '-f', join(folder, 'pom.xml'), 'compile'], {
    encoding: 'utf8',
  });
  if (error !== undefined) return 'there is no Maven on the PATH to bring Kafka Streams';
  return status === 0 ? undefined : `Maven could not build the Kafka Streams peer: ${`${stdout}${stderr}`.trim().split('\n')[0]}`;
}
