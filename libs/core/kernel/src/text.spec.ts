import { expect, test } from '@jest/globals';
import { decodeUtf8, encodeUtf8, storableText } from './text.js';

test('a storable text is one that UTF-8 and a database can hold, and any other is left as it is', () => {
  for (const text of ['', 'cart', 'żółć 😀', '\u0001 \ufffd']) expect(storableText(text)).toBe(text);
  expect(storableText('a\u0000b\u0000')).toBe('a\ufffdb\ufffd');
  for (const half of ['\ud800', '\udfff', 'a\udc00\ud800b']) {
    expect(storableText(half)).toBe(decodeUtf8(encodeUtf8(half)));
    expect(storableText(half).isWellFormed()).toBe(true);
  }
});
