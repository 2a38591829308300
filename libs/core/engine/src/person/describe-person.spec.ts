import { expect, it } from '@jest/globals';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import { describePerson } from './describe-person.js';
import type { PersonState } from './person-state.js';
import { makeProgram } from '../compile/program.js';

it('says of an open attempt what it knows, what it waits for, since when and until when', () => {
  const when = [
    { event: 'cart.item_added', as: 'cart' },
    {
      all: [
        { event: 'page.viewed', within: '10m' },
        { not: 'order.completed', for: '1h' },
      ],
    },
  ];
  const document = makeTriggerDocument({ name: 't', when, do: [{ id: 'mail', email: 'm', with: { value: 'cart.value' } }] });
  const program = makeProgram([{ name: 't', version: 3, revision: 1, state: 'live', document }]);
  const event = eventAt(0, 'cart.item_added', { cartId: 'c1', value: 49, sku: 'lamp' }, { id: 'm1' });
  const { state } = advance(program, 'u:ada', undefined, { kind: 'event', event, clock: START });
  expect(describePerson(program, 'u:ada', state as PersonState)).toMatchObject({
    person: 'u:ada',
    runs: [
      {
        trigger: 't',
        version: 3,
        key: 'c1',
        phase: 'matching',
        waitsFor: 'page.viewed, no order.completed',
        since: '2026-01-01T00:00:00.000Z',
        until: '2026-01-01T00:10:00.000Z',
        decidedAt: '2026-01-01T00:10:10.000Z',
        known: { cart: { id: 'm1', value: 49 } },
      },
    ],
  });
});
