import { describe, expect, it } from '@jest/globals';
import { decodeUtf8, encodeUtf8, parseJson, parseWellFormedJson } from './index.js';

describe('parseJson', () => {
  it('reads what is JSON, and nothing else', () => {
    expect(parseJson('{"a":[1,"x",null]}')).toEqual({ a: [1, 'x', null] });
    expect(parseJson('')).toBeUndefined();
    expect(parseJson('{"a":')).toBeUndefined();
  });
});

describe('parseWellFormedJson', () => {
  it('makes text well-formed, however deep it stands, so that writing it changes nothing', () => {
    const value = parseWellFormedJson(String.raw`{"cut \ud83d":["a\ud83d","\ud83d\ude00",{"b":"\udfff"}],"plain":"\\ud83d"}`);
    expect(value).toEqual({ 'cut �': ['a�', '😀', { b: '�' }], plain: String.raw`\ud83d` });
    const text = JSON.stringify(value);
    expect(decodeUtf8(encodeUtf8(text))).toBe(text);
  });

  it('answers undefined where the text nests deeper than can be walked', () => {
    const deep = 100_000;
    expect(parseWellFormedJson(`${'['.repeat(deep)}"\\u0041"${']'.repeat(deep)}`)).toBeUndefined();
  });
});
