import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, describeConfig, readConfig } from './config.js';

const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe('Where HTTP is answered.'),
  BROKERS: z.string().min(3).describe('Kafka brokers,\nseparated by commas.'),
  SECRET: z.string().min(12).describe('A secret.'),
  INSTANCE: z.string().optional().describe('A name that outlives restarts.'),
});

describe('the configuration of a process', () => {
  it('is read with its defaults, and frozen', () => {
    const config = readConfig(schema, { BROKERS: 'a:1', SECRET: 'long enough!', PORT: '', OTHER: 'x' });
    expect(config).toEqual({ PORT: 8080, BROKERS: 'a:1', SECRET: 'long enough!' });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('names every bad and missing variable at once, and no value', () => {
    const read = (): unknown => readConfig(schema, { PORT: 'eighty', SECRET: 'hunter2' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/PORT: .*\n.*BROKERS: is required\n.*SECRET: /);
    expect(read).not.toThrow(/hunter2/);
  });

  it('describes itself as the text of an .env.example', () => {
    expect(describeConfig(schema)).toBe(
      '# Where HTTP is answered.\nPORT=8080\n\n# Kafka brokers,\n# separated by commas. (required)\nBROKERS=\n\n' +
        '# A secret. (required)\nSECRET=\n\n# A name that outlives restarts.\n# INSTANCE=\n',
    );
  });
});
