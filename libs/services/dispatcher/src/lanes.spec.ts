import { describe, expect, test } from '@jest/globals';
import { runLanes } from './lanes.js';

describe('runLanes', () => {
  test('after an error nothing new is begun, and it is thrown when everything begun has ended', async () => {
    const done: string[] = [];
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    const running = runLanes([['bad', 'never'], ['slow', 'never'], ['never']], 2, async (item) => {
      if (item === 'bad') throw new Error('bad');
      await slow;
      done.push(item);
    });
    let thrown = false;
    const ended = running.catch(() => (thrown = true));
    for (let i = 0; i < 20; i++) await Promise.resolve();
    expect(thrown).toBe(false);
    release();
    await ended;
    expect(thrown).toBe(true);
    expect(done).toEqual(['slow']);
  });

  test('no lanes end at once', async () => {
    await runLanes([], 4, () => Promise.reject(new Error('never')));
  });
});
