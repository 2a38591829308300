import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { joined, placeOf, readDocumentFiles } from './document-files.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tripline-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('several files as one text', () => {
  it('parts them as documents, whether or not they end their last line', () => {
    expect(
      joined([
        { file: 'a', text: 'a: 1' },
        { file: 'b', text: 'b: 2\n' },
      ]).text,
    ).toBe('a: 1\n---\nb: 2\n');
  });

  it('knows which line of which file a line of the text is', () => {
    const documents = joined([
      { file: 'a', text: 'one\ntwo\n' },
      { file: 'b', text: 'one' },
      { file: 'c', text: 'one\ntwo\nthree\n' },
    ]);
    const places = documents.text
      .split('\n')
      .slice(0, -1)
      .map((line, i) => [line, placeOf(documents, i + 1)]);
    expect(places).toEqual([
      ['one', { file: 'a', line: 1 }],
      ['two', { file: 'a', line: 2 }],
      ['---', { file: 'a', line: 3 }],
      ['one', { file: 'b', line: 1 }],
      ['---', { file: 'b', line: 2 }],
      ['one', { file: 'c', line: 1 }],
      ['two', { file: 'c', line: 2 }],
      ['three', { file: 'c', line: 3 }],
    ]);
  });

  it('reads a folder with its folders, by name, and nothing but documents', async () => {
    await mkdir(join(folder, 'inner'));
    await mkdir(join(folder, 'node_modules'));
    const others = ['readme.md', '.hidden.yaml', 'package.json', 'node_modules/e.yaml'];
    for (const name of ['b.yml', 'a.yaml', 'c.json', 'inner/d.yaml', ...others]) await writeFile(join(folder, name), '{}');
    const { files } = await readDocumentFiles([folder]);
    expect(files.map(({ file }) => file)).toEqual(
      ['a.yaml', 'b.yml', 'c.json', 'inner/d.yaml'].map((name) => join(folder, name)),
    );
  });

  it('reads a file that is named twice once', async () => {
    await writeFile(join(folder, 'a.yaml'), 'a: 1');
    await expect(readDocumentFiles([folder, join(folder, '.', 'a.yaml')])).resolves.toMatchObject({ text: 'a: 1\n' });
  });

  it('takes a file that is named whatever it is called', async () => {
    await writeFile(join(folder, 'trigger'), 'a: 1');
    await expect(readDocumentFiles([join(folder, 'trigger')])).resolves.toMatchObject({ text: 'a: 1\n' });
  });

  it('says which path is not there, and where there is nothing to read', async () => {
    await expect(readDocumentFiles([join(folder, 'none.yaml')])).rejects.toThrow(/none\.yaml/);
    await expect(readDocumentFiles([folder])).rejects.toThrow(/no \.yaml/);
  });
});
