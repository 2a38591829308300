import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Line, LineProblem } from '@tripline/services-rehearsal';
import { csvLines } from './csv-lines.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tripline-csv-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(text: string): Promise<unknown[]> {
  const path = join(folder, 'events.csv');
  await writeFile(path, text);
  const all: (Line | LineProblem)[] = [];
  for await (const some of csvLines(path)) all.push(...some);
  return all.map((each) =>
    'message' in each ? each : [each.number, JSON.parse(Buffer.from(each.bytes ?? []).toString('utf8')) as object],
  );
}

describe('a CSV file of events', () => {
  it('stands for calls: fields as text, what is within as JSON where it is JSON, empty cells for nothing', async () => {
    const header = 'event,userId,timestamp,messageId,properties.total,properties.item.sku,properties.tags,traits.plan\r\n';
    expect(await read(`\ufeff${header}order,7,2026-01-01T00:00:00Z,m1,30.5,007,"[""a""]",pro\r\n`)).toEqual([
      [
        2,
        {
          ...{ event: 'order', userId: '7', timestamp: '2026-01-01T00:00:00Z', messageId: 'm1' },
          ...{ properties: { total: 30.5, item: { sku: '007' }, tags: ['a'] }, traits: { plan: 'pro' } },
        },
      ],
    ]);
    expect(await read('event,userId,properties.id\norder,a,"""7"""\n,b,12345678901234567890\n')).toEqual([
      [2, { event: 'order', userId: 'a', properties: { id: '7' } }],
      [3, { userId: 'b', properties: { id: '12345678901234567890' } }],
    ]);
  });

  it('numbers records by the line they end in, names those it cannot read, and goes on', async () => {
    const all = await read('event,userId,properties.note\na,u,"two\nlines"\nb,u\n\nc,u,x"y\nd,u,z\n');
    expect(all.filter(Array.isArray)).toEqual([
      [3, { event: 'a', userId: 'u', properties: { note: 'two\nlines' } }],
      [7, { event: 'd', userId: 'u', properties: { note: 'z' } }],
    ]);
    expect(all.filter((each) => !Array.isArray(each))).toMatchObject([{ line: 4 }, { line: 6 }]);
  });

  it('refuses a column that is none of a call, and one that stands there twice', async () => {
    await expect(read('event,user_id\n')).rejects.toThrow(/events\.csv:1 {2}unknown "user_id": columns are type, event/);
    await expect(read('event,event\n')).rejects.toThrow(/twice/);
    await expect(read('event,properties.__proto__.x\na,1\n')).resolves.toEqual([
      [2, { event: 'a', properties: expect.anything() }],
    ]);
  });
});
