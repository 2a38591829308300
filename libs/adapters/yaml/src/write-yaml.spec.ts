import { expect, it } from '@jest/globals';
import { writeYaml } from './write-yaml.js';
import { YamlReader } from './yaml-reader.js';

it('writes documents that are read back the same, long lines and odd text included', () => {
  const document = {
    name: 'cart',
    text: 'one\n\n  two: # no comment\n',
    long: 'word '.repeat(100),
    odd: ['yes', '1', 'null', '---', '\u001b[2J', "it's"],
    when: [{ event: 'a', n: 1.5 }, { not: 'b' }],
  };
  const text = writeYaml(document);
  expect(text).toContain('name: cart\n');
  expect(new YamlReader().read(text)).toMatchObject([{ ok: true, value: document }]);
});
