import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DirectoryLock } from './directory-lock.js';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tripline-lock-'));
  file = join(directory, 'writer.pid');
});
afterEach(() => rmSync(directory, { recursive: true }));

test('one writer at a time, also of this process; the next may after it', () => {
  const lock = new DirectoryLock(directory);
  expect(() => new DirectoryLock(directory)).toThrow('one process at a time');
  lock.release();
  new DirectoryLock(directory).release();
});

test('another process that lives keeps out, whatever is known of it', () => {
  writeFileSync(file, String(process.ppid));
  expect(() => new DirectoryLock(directory)).toThrow('one process at a time');
});

(process.platform === 'linux' ? test : test.skip)('a number that another process has by now does not', () => {
  writeFileSync(file, `${process.ppid} 1`);
  new DirectoryLock(directory).release();
});

test('a dead process does not, nor a file that says nothing', () => {
  for (const text of ['4194305 1', '', 'x']) {
    writeFileSync(file, text);
    new DirectoryLock(directory).release();
  }
});
