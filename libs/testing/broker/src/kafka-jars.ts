import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { underLock } from './under-lock.js';

/** Where the pom stands: `tools/kafka` of this checkout. */
export const kafkaFolder = join(dirname(fileURLToPath(import.meta.url)), '../../../../tools/kafka');
const libs = join(kafkaFolder, 'libs');
const done = join(libs, '.complete');

const runs = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Undefined where Kafka's jars are there or could be brought by Maven (once, a few seconds); else why not. */
export function bringJars(): string | undefined {
  if (!runs('java', '-version')) return 'there is no Java (17 or newer) on the PATH';
  if (existsSync(done)) return undefined;
  if (!runs('mvn', '-v')) return 'there is no Maven on the PATH to bring Apache Kafka';
  return underLock(`${libs}.lock`, copyJars);
}

export const classPath = (): string => join(libs, '*');

function copyJars(): string | undefined {
  if (existsSync(done)) return undefined;
  rmSync(libs, { recursive: true, force: true });
  const args = ['-q', '-B', '-f', join(kafkaFolder, 'pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${libs}`];
  const { status, stdout, stderr } = spawnSync('mvn', args, { encoding: 'utf8' });
  if (status !== 0) return `Maven could not bring Apache Kafka: ${`${stdout}${stderr}`.trim().split('\n')[0] ?? ''}`;
  mkdirSync(done);
  return undefined;
}
