import { describe, expect, test } from '@jest/globals';
import { describeProcessorConfig, readProcessorConfig } from './config.js';

const NEEDED = { KAFKA_BROKERS: 'a:9092, b:9092', STATE_DIR: '/state', SNAPSHOTS: '/snapshots' };

describe('the configuration of a processor', () => {
  test('has defaults for all but brokers, the state folder and the place for snapshots', () => {
    expect(readProcessorConfig(NEEDED)).toMatchObject({
      KAFKA_BROKERS: ['a:9092', 'b:9092'],
      PARTITIONS: 64,
      CHECKPOINT_EVERY: 5_000,
      START_FROM: 'beginning',
    });
  });

  test('names every bad variable at once', () => {
    const env = { PARTITIONS: 'many', CHECKPOINT_EVERY: 'soon', START_FROM: 'latest' };
    expect(() => readProcessorConfig(env)).toThrow(
      /KAFKA_BROKERS[^]*STATE_DIR[^]*SNAPSHOTS: is required[^]*PARTITIONS[^]*CHECKPOINT_EVERY[^]*START_FROM/,
    );
  });

  test.each(['kafka', ',', 'a:9092,', 'a:b'])('a broker is a host with its port: not %j', (brokers) => {
    expect(() => readProcessorConfig({ ...NEEDED, KAFKA_BROKERS: brokers })).toThrow(/KAFKA_BROKERS.*must be host:port/);
  });

  test.each([
    ['/mnt/snapshots', { directory: '/mnt/snapshots' }],
    ['./snapshots', { directory: './snapshots' }],
    ['s3://tripline', { bucket: 'tripline', prefix: '' }],
    ['s3://tripline/', { bucket: 'tripline', prefix: '' }],
    ['s3://tripline.prod/one/two/', { bucket: 'tripline.prod', prefix: 'one/two/' }],
  ])('snapshots go to a folder or a bucket: %s', (given, place) => {
    expect(readProcessorConfig({ ...NEEDED, SNAPSHOTS: given }).SNAPSHOTS).toEqual(place);
  });

  test.each(['s3://', 's3://Tripline', 'gs://tripline', 's3://tripline//', 's3://tripline/a b'])('not to %s', (given) => {
    expect(() => readProcessorConfig({ ...NEEDED, SNAPSHOTS: given })).toThrow(/SNAPSHOTS: must be a folder, or s3/);
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
