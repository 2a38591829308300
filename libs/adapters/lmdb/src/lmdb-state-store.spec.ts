import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStateStore } from '@tripline/testing-conformance';
import { LmdbStateStore } from './lmdb-state-store.js';

describeStateStore('LMDB', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tripline-lmdb-'));
  return { store: () => new LmdbStateStore(dir), close: () => rm(dir, { recursive: true }) };
});
