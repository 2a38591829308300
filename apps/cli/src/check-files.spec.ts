import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkFiles } from './check-files.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tripline-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const TRIGGER = `kind: trigger
name: cart
purpose: marketing
when: [{ event: cart.item_added }, { not: order.completed, for: 1h }]
do:
  - { id: mail, email: cart-mail }
exit: [{ event: order.completed }]
goal: { event: order.completed, within: 7d }
limit: { runs: 1 }
`;
const TEMPLATE = {
  kind: 'template',
  name: 'cart-mail',
  channel: 'email',
  needs: { total: 'number' },
  subject: 's',
  text: '{{ total }}',
};

async function checked(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const found = await checkFiles([folder]);
  return (found.ok ? ['ok', ...found.warnings] : found.problems).map((line) => line.replace(`${folder}/`, ''));
}

describe('checkFiles', () => {
  it('names file, line, column, field and cure of every error of every file, several documents a file', async () => {
    const files = {
      'a.yaml': `${TRIGGER.replace('not: order', 'nott: order')}---\n${TRIGGER.replace('1h', 'soon').replace('cart', 'two')}`,
      'b.json': JSON.stringify({ ...TEMPLATE, channel: 'mail' }, undefined, '\t'),
      'c.yaml': 'kind: [trigger\n',
    };
    expect(await checked(files)).toEqual([
      'a.yaml:4:36  when.1.not: must be given: a string',
      'a.yaml:4:38  when.1.nott: unknown field: closest is "not"',
      'a.yaml:14:60  when.1.for: "soon" is not a duration: write for example 90m, 1h30m or 30d',
      expect.stringMatching(/^b\.json:4:2 {2}channel: .*'email' \| 'sms'/),
      expect.stringMatching(/^c\.yaml:2:1 {2}/),
    ]);
  });

  it('does not offer a field for what was meant by itself, where it stands where it has no place', async () => {
    expect(await checked({ 'a.yaml': TRIGGER.replace(/exit:.*/, 'exit: [{ leaves: vip }]') })).toContainEqual(
      expect.stringContaining('exit.0.leaves: is a field elsewhere in a document, but not here'),
    );
  });

  it('warns as publishing does, with the place: of templates too', async () => {
    const bare = TRIGGER.replace(/exit[^]*/, '');
    expect(await checked({ 'a.yaml': bare, 'b.json': JSON.stringify(TEMPLATE) })).toEqual([
      'ok',
      expect.stringMatching(/^a\.yaml:1:1 {2}exit: no exit/),
      expect.stringMatching(/^a\.yaml:1:1 {2}goal: no goal/),
      expect.stringMatching(/^a\.yaml:4:8 {2}when\.0: unbounded/),
      'a.yaml:6:5  do.0.with: the template "cart-mail" needs "total", which this step does not give',
    ]);
  });

  it('says which template is not among the files, as it may be published', async () => {
    expect(await checked({ 'a.yaml': TRIGGER })).toEqual([
      'ok',
      'a.yaml:6:17  do.0.email: the template "cart-mail" is not in these files: messages fail unless it is published',
    ]);
  });

  it('says which segment is not among the files, and names what is wrong with one that is', async () => {
    const naming = TRIGGER.replace('exit:', `if: '"vip" in user.segments'\nexit:`);
    const files = { 'a.yaml': naming, 'b.json': JSON.stringify({ ...TEMPLATE, needs: {}, text: 'hi' }) };
    const missing = 'the segment "vip" is not in these files: nobody is known to be in it or not unless it is published';
    expect(await checked(files)).toEqual(['ok', `a.yaml:7:1  if: ${missing}`]);
    const segment = { kind: 'segment', name: 'vip', let: { n: { count: 'order', within: '1d' } }, where: 'n > 1' };
    expect(await checked({ ...files, 'c.yaml': JSON.stringify(segment) })).toEqual(['ok']);
    expect(await checked({ ...files, 'c.yaml': JSON.stringify({ ...segment, where: 'm > 1' }) })).toEqual([
      expect.stringMatching(/^c\.yaml:1:\d+ {2}where: unknown name "m"/),
    ]);
  });

  it('refuses a name that two files give', async () => {
    expect(await checked({ 'a.yaml': TRIGGER, 'b.yaml': TRIGGER })).toEqual([
      'b.yaml:2:1  name: trigger cart is already in this text',
    ]);
  });

  it('finds nothing wrong with the examples and the cookbook, but that made-up templates are missing', async () => {
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    expect(await checkFiles([join(root, 'examples')])).toMatchObject({ ok: true, warnings: [] });
    const cookbook = await readFile(join(root, 'docs/cookbook.md'), 'utf8');
    const documents = [...cookbook.matchAll(/^```yaml\n(kind: [^]*?)^```$/gm)].map(([, text]) => text);
    expect(documents.length).toBeGreaterThan(8);
    const found = await checked({ 'cookbook.yaml': documents.join('---\n') });
    expect(found.filter((line) => !line.includes('is not in these files'))).toEqual(['ok']);
  });

  it('says where there is no document at all', async () => {
    expect(await checked({ 'a.yaml': '# nothing\n' })).toEqual([expect.stringContaining('there is no document here')]);
  });
});
