import { describe, expect, it } from '@jest/globals';
import { makeLogger } from './pino-logger.js';

describe('makeLogger', () => {
  it('writes one line of JSON with the service, the dotted name and the fields', () => {
    const lines: string[] = [];
    const logger = makeLogger('processor', 'info', { write: (line: string) => void lines.push(line) });
    logger.warn('task.lagging', { task: 3 });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 40, service: 'processor', name: 'task.lagging', task: 3 });
  });
});
