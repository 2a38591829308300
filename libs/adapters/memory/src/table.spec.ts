import { expect, test } from '@jest/globals';
import { Journal, Table } from './table.js';

test('a transaction that throws leaves every row as it was, however often it wrote it, and what was done before it', () => {
  const journal = new Journal();
  const table = new Table<string, number>(journal);
  journal.atomically(() => ['a', 'b'].forEach((key) => table.put(key, 1)));
  const failing = (): void => {
    for (const row of [2, undefined, 3]) table.put('a', row);
    for (const row of [2, 3]) table.put('new', row);
    throw new Error('no');
  };
  expect(() => journal.atomically(failing)).toThrow('no');
  expect([...table.entries()]).toEqual(
    expect.arrayContaining([
      ['a', 1],
      ['b', 1],
    ]),
  );
  expect([table.size, table.get('new')]).toEqual([2, undefined]);
});
