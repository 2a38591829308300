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

  test('explains each variable', () => {
    expect(describeProcessorConfig()).toMatch(/# Where a task without state begins[^]*START_FROM=beginning/);
  });
});
