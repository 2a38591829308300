import { describe, expect, it } from '@jest/globals';
import { DOCUMENTS_MAX, TEXT_LENGTH_MAX, YamlReader } from './yaml-reader.js';

const text = `kind: trigger
when:
  - { event: cart.item_added, wher: value > 1 }
  - not: order.completed
    for: 1h
`;
const [document] = new YamlReader().read(text);
const place = (path: string): unknown => (document?.ok === true ? document.locate(path) : undefined);

describe('YamlReader', () => {
  it('reads YAML and JSON the same', () => {
    const [json] = new YamlReader().read('{"kind": "trigger", "n": 1}');
    expect(json).toMatchObject({ ok: true, value: { kind: 'trigger', n: 1 } });
  });

  it('says where a field stands, as editors count', () => {
    expect(place('kind')).toEqual({ line: 1, column: 1 });
    expect(place('when.0.wher')).toEqual({ line: 3, column: 31 });
    expect(place('when.1.for')).toEqual({ line: 5, column: 5 });
  });

  it('says where its value stands, where that is asked for', () => {
    const value = (path: string): unknown => (document?.ok === true ? document.locate(path, 'value') : undefined);
    expect(value('when.0.event')).toEqual({ line: 3, column: 14 });
    expect(value('when.1.not')).toEqual({ line: 4, column: 10 });
    expect(value('when.1.where')).toEqual({ line: 4, column: 5 });
    expect(value('name')).toEqual({ line: 1, column: 1 });
  });

  it('says where the nearest thing around a missing field stands', () => {
    expect(place('when.1.where')).toEqual({ line: 4, column: 5 });
    expect(place('name')).toEqual({ line: 1, column: 1 });
  });

  it('finds elements of a sequence that is written out', () => {
    const [long] = new YamlReader().read('when:\n  sequence:\n    - event: a\n    - wrong: b\n');
    expect(long?.ok === true && long.locate('when.1.wrong')).toEqual({ line: 4, column: 7 });
  });

  it('reads several documents, and passes over empty ones', () => {
    expect(new YamlReader().read('a: 1\n---\n---\nb: 2\n')).toHaveLength(2);
    expect(new YamlReader().read('')).toHaveLength(0);
  });

  it('names the place of a syntax error and of a key given twice', () => {
    expect(new YamlReader().read('a: 1\nb: [1, 2\n')[0]).toMatchObject({ ok: false, place: { line: 3 } });
    expect(new YamlReader().read('a: 1\na: 2\n')[0]).toMatchObject({ ok: false, place: { line: 2, column: 1 } });
  });

  it('refuses what would grow without bound', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]\n`;
    expect(new YamlReader().read(bomb)[0]).toMatchObject({ ok: false });
    expect(new YamlReader().read('x'.repeat(TEXT_LENGTH_MAX + 1))[0]).toMatchObject({ ok: false });
    expect(new YamlReader().read('a: 1\n---\n'.repeat(DOCUMENTS_MAX + 1))).toMatchObject([{ ok: false }]);
  });

  it.each([
    ['lists', '['],
    ['objects', '{a: '],
    ['items', '- '],
    ['keys of keys', '? '],
    ['a closed pile', '[]', '['.repeat(200_000) + ']'.repeat(200_000)],
  ])('is not brought down by a pile of %s', (_what, one, text = one.repeat(200_000)) => {
    expect(new YamlReader().read(text)).toMatchObject([
      { ok: false, message: expect.stringMatching(/nested/), place: { line: 1 } },
    ]);
  });

  it('is not kept busy by what is too wide to be checked', () => {
    const wide = [
      Array.from({ length: 50_000 }, (_, i) => `k${i}: 1\n`).join(''),
      `{${Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`).join(',')}}`,
      `[${'1,'.repeat(50_000)}]`,
      '&a '.repeat(50_000),
    ];
    for (const text of wide)
      expect(new YamlReader().read(text)).toMatchObject([{ ok: false, message: expect.stringMatching(/more than/) }]);
  });

  it('reads what is as deep and as wide as documents get', () => {
    const deep = `${'['.repeat(50)}1${']'.repeat(50)}`;
    const wide = Array.from({ length: 1_500 }, (_, i) => `k${i}: 1\n`).join('');
    expect([deep, wide, '# comment\n'.repeat(500) + 'a: 1'].map((text) => new YamlReader().read(text)[0]?.ok)).toEqual([
      true,
      true,
      true,
    ]);
  });
});
