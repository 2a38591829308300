import { describe, expect, test } from '@jest/globals';
import { describeSchedulerConfig, readSchedulerConfig } from './config.js';

describe('the configuration of a scheduler', () => {
  test('reads brokers and database, and requires consent unless told otherwise', () => {
    expect(readSchedulerConfig({ KAFKA_BROKERS: 'a:9092, b:9092', DATABASE_URL: 'postgres://x' })).toEqual({
      KAFKA_BROKERS: ['a:9092', 'b:9092'],
      DATABASE_URL: 'postgres://x',
      CONSENT: 'required',
      PORT: 8080,
      PARTITIONS: 64,
      LOG_LEVEL: 'info',
    });
  });

  test('names every bad variable at once, and no value', () => {
    const read = (): unknown => readSchedulerConfig({ CONSENT: 'hunter2', PORT: 'x', PARTITIONS: '0' });
    expect(read).toThrow(/KAFKA_BROKERS[^]*DATABASE_URL[^]*CONSENT[^]*PORT[^]*PARTITIONS/);
    expect(read).not.toThrow(/hunter2/);
  });

  test('explains each variable', () => {
    for (const name of ['KAFKA_BROKERS', 'DATABASE_URL', 'CONSENT', 'PORT', 'PARTITIONS', 'INSTANCE', 'LOG_LEVEL'])
      expect(describeSchedulerConfig()).toMatch(new RegExp(`# .+\n(# )?${name}=`));
  });
});
