import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEventLog } from '@tripline/testing-conformance';
import { RecordingWatch } from '@tripline/testing-builders';
import { EmbeddedLog } from './embedded-log.js';

describeEventLog('embedded', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tripline-log-'));
  let log = new EmbeddedLog({ directory, watch: new RecordingWatch() });
  const reopen = async (): Promise<EmbeddedLog> => {
    await log.close();
    log = new EmbeddedLog({ directory, watch: new RecordingWatch() });
    return log;
  };
  const close = async (): Promise<void> => {
    await log.close();
    rmSync(directory, { recursive: true });
  };
  return Promise.resolve({ log, reopen, close });
});
