import { expect, it } from '@jest/globals';
import { encodeUtf8 } from '@tripline/kernel';
import { NameTable } from './name-table.js';

it('finds whole names only, wherever they stand in the bytes and however the slots collide', () => {
  const names = ['ab', 'b', 'käse', ...Array.from({ length: 50 }, (_, i) => `event.${i}`)];
  const table = new NameTable(names);
  const has = (text: string): boolean => {
    const bytes = encodeUtf8(`"${text}"`);
    return table.has(bytes, { from: 1, to: bytes.length - 1 });
  };
  expect(names.filter((name) => !has(name))).toEqual([]);
  const others = names.flatMap((name) => ['', 'x', ...Array.from({ length: 20 }, (_, i) => `${name}.${i}`)]);
  expect(others.filter(has)).toEqual([]);
  expect(new NameTable([]).has(encodeUtf8('x'), { from: 0, to: 1 })).toBe(false);
  const tiny = new NameTable(['ab']);
  expect(
    Array.from({ length: 50 }, (_, i) => `ab${i}`).filter((n) => tiny.has(encodeUtf8(n), { from: 0, to: n.length })),
  ).toEqual([]);
});
