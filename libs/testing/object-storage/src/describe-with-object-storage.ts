import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { openObjectStorage, whyNoObjectStorage, type ObjectStorage } from './open-object-storage.js';

const OPEN_MS = 90_000;

/**
 * A suite that has a real server which speaks S3, opened before it and stopped after it, with credentials for it in the environment
 * where there are none. Where there is no server, the suite is reported as skipped, with the reason in its name; with `CI=true` that is
 * a failure.
 */
export function describeWithObjectStorage(name: string, body: (storage: () => ObjectStorage) => void): void {
  const why = whyNoObjectStorage();
  if (why === undefined) describe(name, () => withStorage(body));
  else if (process.env['CI'] === 'true') test(name, () => Promise.reject(new Error(why)));
  else describe.skip(`${name} [skipped: ${why}]`, () => body(() => absent(why)));
}

function withStorage(body: (storage: () => ObjectStorage) => void): void {
  let storage: ObjectStorage | undefined;
  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
    storage = await openObjectStorage();
  }, OPEN_MS);
  afterAll(() => storage?.stop(), OPEN_MS);
  body(() => storage ?? absent('the storage is opened before the first test'));
}

function absent(why: string): never {
  throw new Error(why);
}
