import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventFile, LineSplitter } from './event-file.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tripline-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Read = readonly [number: number, text: string | undefined];

/** What the lines of a file are, read through, and each again at its place. */
async function read(path: string, lineBytesMax = 100): Promise<readonly Read[]> {
  const file = await EventFile.open(path, lineBytesMax);
  try {
    const lines: Read[] = [];
    for await (const piece of file.pieces())
      for (const { number, offset, bytes } of piece) {
        const text = bytes === undefined ? undefined : Buffer.from(bytes).toString();
        if (bytes !== undefined) expect(Buffer.from(file.at(offset, bytes.length)).toString()).toBe(text);
        lines.push([number, text]);
      }
    return lines;
  } finally {
    await file.close();
  }
}

async function written(text: string): Promise<string> {
  await writeFile(join(folder, 'events.jsonl'), text);
  return join(folder, 'events.jsonl');
}

describe('EventFile', () => {
  it('reads lines with their numbers, blank ones passed over, the last one ended or not', async () => {
    expect(await read(await written('one\n\n \t\r\ntwo\r\nthree'))).toEqual([
      [1, 'one'],
      [4, 'two\r'],
      [5, 'three'],
    ]);
    expect(await read(await written('one\n'))).toEqual([[1, 'one']]);
    expect(await read(await written(''))).toEqual([]);
  });

  it('parts lines at newlines only, and passes over a byte order mark', async () => {
    expect(await read(await written('\ufeffa\u2028b\rc\n\ufeffd'))).toEqual([
      [1, 'a\u2028b\rc'],
      [2, '\ufeffd'],
    ]);
  });

  it('names a line that is too long, and reads on', async () => {
    expect(await read(await written(`${'x'.repeat(101)}\n${'y'.repeat(100)}\n${'z'.repeat(3_000_000)}\nend`))).toEqual([
      [1, undefined],
      [2, 'y'.repeat(100)],
      [3, undefined],
      [4, 'end'],
    ]);
  });

  it('copies what can be read only once, and takes the copy away', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('tripline-events-'));
    const reading = read(join(folder, 'pipe'));
    await writeFile(join(folder, 'pipe'), 'one\ntwo\n');
    expect(await reading).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('tripline-events-'))).toEqual(before);
  });

  it('says what is not there, and what is no file', async () => {
    await expect(EventFile.open(join(folder, 'none'), 1)).rejects.toThrow(/there is no .*none/);
    await expect(EventFile.open(folder, 1)).rejects.toThrow(/is a folder/);
  });
});

it('LineSplitter gives the same lines however a file falls into pieces', () => {
  const text = fc
    .array(fc.constantFrom('a', 'bc', '\n', '\n\n', 'long-long-long', '\u00e9'), { maxLength: 30 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 7 }), (all, size) => {
      const bytes = Buffer.from(all);
      const linesOf = (pieces: readonly Buffer[]): unknown[] => {
        const splitter = new LineSplitter(10);
        const lines = [...pieces.flatMap((piece) => splitter.split(piece)), ...splitter.rest()];
        return lines.map((line) => [line.number, line.offset, line.bytes && Buffer.from(line.bytes).toString()]);
      };
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
      const expected = all.split('\n').flatMap((line, i, every) => {
        const offset = Buffer.byteLength(every.slice(0, i).join('\n')) + (i > 0 ? 1 : 0);
        return line === '' ? [] : [[i + 1, offset, Buffer.byteLength(line) > 10 ? undefined : line]];
      });
      expect(linesOf(pieces)).toEqual(expected);
    }),
  );
});
