import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

type Service = {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly build?: { readonly dockerfile: string };
  readonly volumes?: readonly string[];
};
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
/** Read by Node itself. */
const NODES_OWN = 'NODE_OPTIONS';
const ours = Object.entries(compose.services).filter(([, service]) => service.command !== undefined);
const appOf = (service: Service): string => /^apps\/([a-z]+)\/dist\/main\.js$/.exec(service.command?.at(-1) ?? '')?.[1] ?? '';

// No Docker engine is needed here: what can be checked without one is that everything named exists.
describe('docker-compose.yml', () => {
  it('runs every service of the data plane, each channel, and the control plane', () => {
    const run = ours.map(([, service]) => `${appOf(service)}${service.environment?.['CHANNEL'] ?? ''}`).sort();
    expect(run).toEqual([
      'collector',
      'control',
      'dispatcheremail',
      'dispatchersms',
      'dispatcherweb',
      'dispatcherwebhook',
      'processor',
      'scheduler',
    ]);
  });

  it.each(ours)('%s runs an app that exists, with variables that its configuration knows', (_, service) => {
    expect(existsSync(join(root, `apps/${appOf(service)}/src/main.ts`))).toBe(true);
    const config = read(`apps/${appOf(service)}/src/config.ts`);
    for (const name of Object.keys(service.environment ?? {}).filter((name) => name !== NODES_OWN))
      expect(config).toMatch(new RegExp(`\\b${name}\\b`));
  });

  it('mounts only volumes it declares, and builds from a file that exists', () => {
    for (const { volumes = [], build } of Object.values(compose.services)) {
      for (const volume of volumes) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
      if (build !== undefined) expect(existsSync(join(root, build.dockerfile))).toBe(true);
    }
  });
});

describe('deploy/Dockerfile', () => {
  const lines = read('deploy/Dockerfile').split('\n');

  it('calls scripts that package.json has, and starts an app that exists', () => {
    const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
    for (const [, script] of read('deploy/Dockerfile').matchAll(/npm run ([a-z:-]+)/g)) expect(scripts).toContain(script);
    const command = /"apps\/([a-z]+)\/dist\/main\.js"/.exec(read('deploy/Dockerfile'));
    expect(existsSync(join(root, `apps/${command?.[1]}/src/main.ts`))).toBe(true);
  });

  it('has only instructions that there are', () => {
    const instructions = lines.filter((line) => /^\S/.test(line) && !line.startsWith('#')).map((line) => line.split(' ')[0]);
    const known = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'VOLUME', 'USER', 'ENTRYPOINT', 'CMD'];
    expect(known).toEqual(expect.arrayContaining([...new Set(instructions)]));
  });
});
