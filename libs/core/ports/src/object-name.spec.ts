import { describe, expect, it } from '@jest/globals';
import { AssertionError } from '@tripline/kernel';
import {
  assertObjectName,
  assertObjectPrefix,
  isObjectName,
  OBJECT_NAME_CHARS_MAX,
  OBJECT_SEGMENT_CHARS_MAX,
} from './object-name.js';

const segment = 'a'.repeat(OBJECT_SEGMENT_CHARS_MAX);
/** A name of the greatest length. */
const longest = `${segment}/${segment}/${'a'.repeat(OBJECT_NAME_CHARS_MAX - 2 * OBJECT_SEGMENT_CHARS_MAX - 2)}`;

describe('the name of an object', () => {
  it.each(['a', 'a/b', 'tasks/3/0000-9_z.bin', '...', 'a..', '.a', '-', segment, longest])('may be %s', (name) => {
    expect(() => assertObjectName(name)).not.toThrow();
    expect(isObjectName(name)).toBe(true);
  });

  it.each(['', '/', '/a', 'a/', 'a//b', '.', '..', 'a/./b', '../a', 'a/..', 'A', 'a b', 'ä', 'a\n', 'a\\b', 'a+', 'a\0'])(
    'may not be %j',
    (name) => {
      expect(() => assertObjectName(name)).toThrow(AssertionError);
      expect(isObjectName(name)).toBe(false);
    },
  );

  it('ends at its bounds', () => {
    expect(() => assertObjectName(`${segment}a`)).toThrow(/at most 200 characters/);
    expect(() => assertObjectName(`${longest}a`)).toThrow(/at most 500 characters/);
    expect([isObjectName(`${segment}a`), isObjectName(`${longest}a`)]).toEqual([false, false]);
  });
});

describe('a prefix', () => {
  it.each(['', 'a', 'a/', 'a/b', 'a/b/', '.', 'a/..', longest])('may be %j', (prefix) => {
    expect(() => assertObjectPrefix(prefix)).not.toThrow();
  });

  it.each(['/', '//', 'a//', '../', 'a/./b', 'A', 'a b', `${longest}a`])('may not be %j', (prefix) => {
    expect(() => assertObjectPrefix(prefix)).toThrow(AssertionError);
  });
});
