import { expect, it } from '@jest/globals';
import { makeInstant, plus, seconds, type Instant } from '@tripline/kernel';
import type { Action, Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import type { PlayOptions } from '../play/person-play.js';
import { playEvents } from '../play/play.js';
import { makeProgram } from '../compile/program.js';
import { hasWords } from '../explain/says.js';

/** A trigger that uses everything at once, with spans as short as the gaps between events. */
const document = (onRepeat: string, silent: boolean) =>
  makeTriggerDocument({
    name: 't',
    by: silent ? undefined : 'k',
    when: silent
      ? [
          { inactive: 'a', for: '15ms', as: 'first' },
          { event: 'b', within: '15ms' },
        ]
      : [
          { event: 'a', as: 'first', where: 'n > 0' },
          { event: 'b', within: '15ms' },
          { not: 'c', for: '10ms' },
        ],
    onRepeat,
    if: 'default(user.ok, true)',
    let: { list: { list: 'a', unique: 'n', minus: 'c', newest: 3 }, total: { sum: 'n', of: 'list' } },
    do: [
      { id: 'one', email: 'm', with: { list: 'list', total: 'total', n: 'first.n' } },
      { id: 'two', sms: 'm', expires: '20ms' },
      { wait: { until: { event: 'email.clicked', of: 'one' }, atMost: '20ms' } },
      { id: 'three', web: 'm' },
      { wait: { for: '10ms' } },
      { id: 'four', webhook: 'm' },
    ],
    exit: [{ event: 'exit' }, { is: 'user.blocked' }],
    limit: { runs: 1, per: '50ms' },
    time: { settle: '3ms' },
  });

const fact = fc.record({
  name: fc.constantFrom('a', 'a', 'a', 'a', 'b', 'b', 'b', 'b', 'c', 'exit', '$identify'),
  at: fc.integer({ min: 0, max: 200 }),
  late: fc.constantFrom(0, 0, 0, 2, 30),
  k: fc.constantFrom(1, 1, 1, 2, 2, null),
  n: fc.constantFrom(1, 1, 2, 2, 0, null),
  id: fc.integer({ min: 0, max: 200 }),
});
const toEvent = ({ name, at, late, k, n, id }: typeof fact extends fc.Arbitrary<infer T> ? T : never): Event =>
  eventAt(
    at,
    name,
    { ...(k === null ? {} : { k }), ...(n === null ? {} : { n }) },
    {
      id: `e${id}`,
      received: makeInstant(START + at + late),
      ...(name === '$identify' ? { type: 'identify' as const, traits: { ok: id % 3 > 0, blocked: id % 10 === 0 } } : {}),
    },
  );
const fates = ['sent', 'dropped', 'failed', undefined] as const;

it('whatever comes: nothing throws, every run ends, no action is asked for twice, and neither storing nor telling changes anything', () => {
  fc.assert(
    fc.property(
      fc.array(fact, { minLength: 5, maxLength: 40 }),
      fc.constantFrom('keepFirst', 'restart', 'extend', 'parallel'),
      fc.boolean(),
      fc.array(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 40 })), { minLength: 1, maxLength: 5 }),
      (facts, onRepeat, silent, answers) => {
        const program = makeProgram([
          { name: 't', version: 1, revision: 1, document: document(onRepeat, silent), state: 'live' },
        ]);
        expect(program.problems).toEqual([]);
        const outcome = (action: Action): ReturnType<NonNullable<PlayOptions['outcome']>> => {
          const [fate, delay] = answers[action.step.length % answers.length] ?? [0, 0];
          const status = fates[fate];
          const at = (action.ready + delay) as Instant;
          return status === undefined ? undefined : { status, timestamp: at, received: plus(at, seconds(0)) };
        };
        const events = facts.map(toEvent).sort((a, b) => a.received - b.received);
        const played = playEvents(program, 'u:ada', events, { outcome });
        expect(playEvents(program, 'u:ada', events, { outcome, recode: true })).toEqual(played);
        const tracer: PlayOptions['tracer'] = ({ what, detail }) => expect([what, hasWords(what), JSON.stringify(detail)]).toEqual([what, true, detail && expect.any(String)]); // prettier-ignore
        expect(playEvents(program, 'u:ada', events, { outcome, tracer })).toEqual(played);
        expect(played.state?.runs ?? []).toEqual([]);
        for (const ids of [played.actions.map((a) => a.id), played.recalls.map((r) => r.id)])
          expect(new Set(ids).size).toBe(ids.length);
        for (const { decided, ready, expires } of played.actions) expect(decided <= ready && ready < expires).toBe(true);
      },
    ),
    { numRuns: 800 },
  );
});
