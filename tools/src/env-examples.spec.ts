import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { describeCollectorConfig } from '../../apps/collector/src/config.js';
import { describeControlConfig } from '../../apps/control/src/config.js';
import { describeDispatcherConfig } from '../../apps/dispatcher/src/config.js';
import { describeProcessorConfig } from '../../apps/processor/src/config.js';
import { describeSchedulerConfig } from '../../apps/scheduler/src/config.js';
import { describeStandaloneConfig } from '../../apps/standalone/src/config.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

describe('.env.example', () => {
  it.each([
    ['collector', describeCollectorConfig],
    ['control', describeControlConfig],
    ['dispatcher', describeDispatcherConfig],
    ['processor', describeProcessorConfig],
    ['scheduler', describeSchedulerConfig],
    ['standalone', describeStandaloneConfig],
  ])('of %s is what its configuration says (else: node tools/env-examples.mjs)', (app, describeConfig) => {
    expect(readFileSync(join(root, 'apps', app, '.env.example'), 'utf8')).toBe(describeConfig());
  });
});
