import { expect, test } from '@jest/globals';
import { plus, seconds } from '@tripline/kernel';
import { makeAction, makeReceipt, RecordingWatch, START } from '@tripline/testing-builders';
import {
  describeAttemptLedger,
  describeCatalogue,
  describeEventMemory,
  describeGatehouse,
  type GatePlace,
} from '@tripline/testing-conformance';
import { MemoryDatabase } from './memory-database.js';

function open(): Promise<GatePlace> {
  const database = new MemoryDatabase();
  return Promise.resolve({ ports: () => Promise.resolve(database.connect()), close: () => Promise.resolve() });
}

describeGatehouse('memory', open);
describeAttemptLedger('memory', open);
describeCatalogue('memory', open);
describeEventMemory('memory', open);

test('what a process called and did not see done is not done once it has closed', async () => {
  const database = new MemoryDatabase();
  const dying = database.connect();
  const admitting = dying.gatehouse.admit([makeAction()], START);
  await dying.close();
  await expect(admitting).rejects.toMatchObject({ name: 'OperatingError', code: 'memory-closed', retry: 'later' });
  expect(await database.connect().gatehouse.claim(START, seconds(1), 1)).toEqual([]);
});

test('what was given or answered is not what is kept: changing it changes nothing', async () => {
  const { gatehouse } = new MemoryDatabase().connect();
  const data = { cart: ['tea'] };
  await gatehouse.admit([makeAction({ data })], START);
  data.cart.push('given');
  const [claimed] = await gatehouse.claim(START, seconds(1), 1);
  (claimed?.action.data['cart'] as string[]).push('answered');
  expect((await gatehouse.claim(plus(START, seconds(1)), seconds(1), 1))[0]?.action.data).toEqual({ cart: ['tea'] });
});

test('receipts of actions nobody knows are counted, and a template that cannot be read is said', async () => {
  const watch = new RecordingWatch();
  const { gatehouse, catalogue, shelf } = new MemoryDatabase().connect(watch);
  await gatehouse.report([makeReceipt(), makeReceipt({ status: 'opened' })], START);
  expect(watch.counts.get('tripline_memory_receipts_unmatched_total')).toBe(2);
  await catalogue.publish([{ kind: 'template', name: 'odd', document: {} }], 'ops', START);
  expect(await shelf.template('odd')).toBeUndefined();
  expect(watch.lines.map(({ level, name }) => [level, name])).toEqual([['error', 'memory.template_unreadable']]);
});
