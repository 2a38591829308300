import { describe, expect, it } from '@jest/globals';
import { describeCollectorConfig, readCollectorConfig } from './config.js';

describe('the configuration of a collector', () => {
  it('reads brokers and write keys, and has defaults for the rest', () => {
    expect(readCollectorConfig({ KAFKA_BROKERS: 'a:9092, b:9092', WRITE_KEYS: 'k1=web, k2=shop' })).toEqual({
      KAFKA_BROKERS: ['a:9092', 'b:9092'],
      WRITE_KEYS: { k1: 'web', k2: 'shop' },
      PORT: 8080,
      PARTITIONS: 64,
      LOG_LEVEL: 'info',
    });
  });

  it('names every bad variable at once, and no key', () => {
    const read = (): unknown => readCollectorConfig({ WRITE_KEYS: 'hunter2', PORT: 'x', PARTITIONS: '0' });
    expect(read).toThrow(/KAFKA_BROKERS[^]*WRITE_KEYS[^]*PORT[^]*PARTITIONS/);
    expect(read).not.toThrow(/hunter2/);
  });

  it('explains each variable', () => {
    expect(describeCollectorConfig()).toContain('WRITE_KEYS=');
  });
});
