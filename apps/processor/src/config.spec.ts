import { describe, expect, test } from '@jest/globals';
import { describeProcessorConfig, readProcessorConfig } from './config.js';

const NEEDED = { KAFKA_BROKERS: 'a:9092, b:9092', STATE_DIR: '/state' };

describe('the configuration of a processor', () => {
  test('has defaults for all but brokers and the state folder', () => {
    expect(readProcessorConfig(NEEDED)).toMatchObject({
      KAFKA_BROKERS: ['a:9092', 'b:9092'],
      PARTITIONS: 64,
      CHECKPOINT_EVERY: 5_000,
      START_FROM: 'beginning',
    });
  });

  test('names every bad variable at once', () => {
    const env = { PARTITIONS: 'many', CHECKPOINT_EVERY: 'soon', START_FROM: 'latest' };
    expect(() => readProcessorConfig(env)).toThrow(/KAFKA_BROKERS[^]*STATE_DIR[^]*PARTITIONS[^]*CHECKPOINT_EVERY[^]*START_FROM/);
  });

  test.each(['kafka', ',', 'a:9092,', 'a:b'])('a broker is a host with its port: not %j', (brokers) => {
    expect(() => readProcessorConfig({ ...NEEDED, KAFKA_BROKERS: brokers })).toThrow(/KAFKA_BROKERS.*must be host:port/);
  });

  test('records to be set aside are named by partition and offset', () => {
    const { SKIP_RECORDS: skips } = readProcessorConfig({ ...NEEDED, SKIP_RECORDS: '3/12345,3/12400,17/9' });
    expect(skips).toEqual(new Map([[3, new Set([12_345, 12_400])], [17, new Set([9])]])); // prettier-ignore
    expect(() => readProcessorConfig({ ...NEEDED, SKIP_RECORDS: '12345' })).toThrow(/SKIP_RECORDS.*partition\/offset/);
  });

  test('explains each variable', () => {
    expect(describeProcessorConfig()).toMatch(/# Where a task without state begins[^]*START_FROM=beginning/);
  });
});
