import { assert } from '@tripline/kernel';

/** Characters of a name, all segments and slashes together. */
export const OBJECT_NAME_CHARS_MAX = 500;
/** Characters of one segment: with what a store adds to it, it is still the name of a file. */
export const OBJECT_SEGMENT_CHARS_MAX = 200;

const SEGMENT = /^[a-z0-9._-]+$/;

/** Throws an `AssertionError` unless `name` is segments of `[a-z0-9._-]`, none of them `.` or `..`, joined by `/`, within the bounds above. */
export function assertObjectName(name: string): void {
  assert(name.length <= OBJECT_NAME_CHARS_MAX, `the name of an object has at most ${OBJECT_NAME_CHARS_MAX} characters: ${name}`);
  for (const segment of name.split('/')) {
    assert(isSegment(segment), `the name of an object is segments of a-z, 0-9, ".", "_" and "-", joined by "/": ${name}`);
    assert(
      segment.length <= OBJECT_SEGMENT_CHARS_MAX,
      `a segment of an object's name has at most ${OBJECT_SEGMENT_CHARS_MAX} characters: ${name}`,
    );
  }
}

/** Is this a name as `assertObjectName` asks for? What others laid beside our objects need not be. */
export const isObjectName = (name: string): boolean =>
  name.length <= OBJECT_NAME_CHARS_MAX &&
  name.split('/').every((text) => isSegment(text) && text.length <= OBJECT_SEGMENT_CHARS_MAX);

/** Throws an `AssertionError` unless some name may begin with `prefix`. The empty one is every name's. */
export function assertObjectPrefix(prefix: string): void {
  assert(prefix.length <= OBJECT_NAME_CHARS_MAX, `a prefix has at most ${OBJECT_NAME_CHARS_MAX} characters: ${prefix}`);
  const segments = prefix.split('/');
  const begun = segments.pop() ?? '';
  const good = segments.every(isSegment) && (begun === '' || SEGMENT.test(begun));
  assert(good, `a prefix is what the name of an object begins with: ${prefix}`);
}

const isSegment = (text: string): boolean => SEGMENT.test(text) && text !== '.' && text !== '..';
