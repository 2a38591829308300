import { describe, expect, it } from '@jest/globals';
import { AssertionError, deriveId } from '@tripline/kernel';
import type { Event, Release } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import { advanceOrSetAside, setAside, type Taken } from './aside.js';
import { makeProgram, type Program } from './compile/program.js';
import { describePerson } from './person/describe-person.js';
import { isAside } from './person/is-aside.js';
import { decodePerson, encodePerson } from './person/person-codec.js';
import type { PersonState } from './person/person-state.js';
import type { Input } from './input.js';
import { nextTimer } from './timers.js';

const HOUR = 3_600_000;
const ADA = 'u:ada';
const at = (ms: number): number => START + ms;

/** A program that cannot apply the event `poison`, as one with a defect. */
function choking(documents: readonly Parameters<typeof makeTriggerDocument>[0][], segments: readonly object[] = []): Program {
  const definitions = documents.map((fields, i) => {
    const document = makeTriggerDocument(fields);
    return { name: document['name'] as string, version: 1, revision: i + 1, document, state: 'live' as const };
  });
  const counted = segments.map((document, i) => ({
    ...{ kind: 'segment' as const, name: 'buyers', version: 1, revision: 100 + i, state: 'live' as const },
    document: document as (typeof definitions)[number]['document'],
  }));
  const program = makeProgram([...definitions, ...counted]);
  expect(program.problems).toEqual([]);
  const interests = program.interests.bind(program);
  program.interests = (name) => {
    if (name === 'poison') throw new AssertionError('I7: what cannot be');
    return interests(name);
  };
  return program;
}

/** One person, whose state is stored and read back after every input. */
class Somebody {
  state: PersonState | undefined;
  readonly all: Taken[] = [];
  constructor(
    readonly program: Program,
    readonly person = ADA,
  ) {}

  take(input: Input): Taken {
    const taken = advanceOrSetAside(this.program, this.person, this.state, input);
    this.state = taken.state === undefined ? undefined : decodePerson(encodePerson(taken.state));
    this.all.push(taken);
    return taken;
  }

  event(ms: number, name: string, fields: Partial<Event> = {}): Taken {
    const event = eventAt(ms, name, { k: 1 }, { person: this.person, id: `${name} ${ms}`, ...fields });
    return this.take({ kind: 'event', event, clock: event.received });
  }

  release(ms: number): Taken {
    const record: Release = { kind: 'release', id: `r ${ms}`, person: this.person, received: at(ms) as Release['received'] };
    return this.take({ kind: 'release', record, clock: record.received });
  }

  /** Everything up to then comes due. */
  pass(ms: number): Taken[] {
    const taken: Taken[] = [];
    for (let next = this.due; next !== undefined && next <= at(ms); next = this.due)
      taken.push(this.take({ kind: 'timer', due: next as Event['received'], clock: at(ms) as Event['received'] }));
    return taken;
  }

  get due(): number | undefined {
    return this.state === undefined ? undefined : nextTimer(this.state)?.due;
  }
}

const kinds = ({ outputs }: Taken): string[] => outputs.map((o) => (o.kind === 'notice' ? o.name : o.kind));
const ABANDONED = { name: 't', by: 'k', when: [{ event: 'a' }, { not: 'b', for: '1h' }] } as const;

const BUYERS = { kind: 'segment', name: 'buyers', let: { n: { count: 'b', within: '1d' } }, where: 'n < 1' };

describe('a person on whom the engine chokes', () => {
  it('is set aside: what was not sent is recalled, nothing waits any more, and the record is refused with why', () => {
    const ada = new Somebody(choking([ABANDONED]));
    ada.event(0, 'a');
    const [fired] = ada.pass(HOUR + 10_000);
    const action = fired?.outputs.find((o) => o.kind === 'action');
    ada.event(2 * HOUR, 'a', { properties: { k: 2 } });
    const taken = ada.event(2 * HOUR + 1, 'poison');
    expect(kinds(taken)).toEqual(['recall', 'person-set-aside']);
    expect(taken.outputs[0]).toMatchObject({ action: action?.id, reason: 'set-aside', at: at(2 * HOUR + 1) });
    expect(taken.refused).toBe('the engine cannot apply it: I7: what cannot be');
    expect([ada.due, ada.state?.runs]).toEqual([undefined, []]);
    expect(describePerson(ada.program, ADA, ada.state as PersonState)['setAside']).toEqual({
      since: new Date(at(2 * HOUR + 1)).toISOString(),
      why: 'I7: what cannot be',
    });
  });

  it('is so on every replay, with the same bytes and outputs', () => {
    const play = (): unknown => {
      const ada = new Somebody(choking([ABANDONED]));
      ada.event(0, 'a', { traits: { name: 'Ada' } });
      ada.event(1, 'poison');
      ada.event(2, 'b');
      ada.release(3);
      ada.event(4, 'a');
      ada.pass(5 * HOUR);
      return [ada.all.map(({ outputs, refused }) => [outputs, refused]), ada.state && [...encodePerson(ada.state)]];
    };
    expect(play()).toEqual(play());
  });

  it('hears of nothing while aside: each record is refused, none of its timers comes', () => {
    const ada = new Somebody(choking([ABANDONED], [BUYERS]));
    ada.event(0, 'b');
    expect(ada.due).toBeDefined();
    ada.event(0, 'poison');
    const taken = ada.event(1, 'a');
    expect([kinds(taken), taken.refused]).toEqual([['person-aside'], 'this person is set aside: I7: what cannot be']);
    expect(ada.pass(9 * HOUR)).toEqual([]);
    expect(ada.take({ kind: 'timer', due: at(HOUR) as Event['received'], clock: at(HOUR) as Event['received'] })).toMatchObject({
      outputs: [],
    });
    expect(ada.state && isAside(ada.state)).toBe(true);
  });

  it('goes on after the release as others do; released again, or without being aside, nothing changes', () => {
    const ada = new Somebody(choking([ABANDONED]));
    expect(ada.release(0)).toEqual({ state: undefined, outputs: [] });
    ada.event(1, 'poison');
    expect(kinds(ada.release(2))).toEqual(['person-released']);
    const { state } = ada;
    expect(kinds(ada.release(3))).toEqual([]);
    expect(ada.state).toEqual(state);
    ada.event(4, 'a');
    expect(ada.pass(HOUR + 4 + 10_000).flatMap(kinds)).toContain('action');
  });

  it('knows nothing of the time in between: no message rests on it', () => {
    const looking = [{ name: 'first', by: 'k', when: [{ event: 'a' }, { notSeen: 'b', within: '1d' }] }] as const;
    const ada = new Somebody(choking([...looking, { name: 'quiet', by: undefined, when: [{ inactive: 'b', for: '1h' }] }]));
    ada.event(0, 'b');
    ada.event(1, 'poison');
    expect(ada.event(HOUR / 2, 'b').refused).toBeDefined();
    ada.release(2 * HOUR);
    ada.event(2 * HOUR + 1, 'a');
    expect(ada.pass(20 * HOUR).flatMap(kinds)).not.toContain('action');
    // Once a whole window has passed since the release it is known again.
    const LATER = 40 * HOUR;
    ada.event(LATER, 'a', { id: 'later' });
    expect(ada.pass(LATER + 10_000).flatMap(({ outputs }) => outputs).filter((o) => o.kind === 'action').map((o) => o.kind === 'action' && o.trigger)).toEqual(['first']); // prettier-ignore
    ada.event(LATER + 1, 'b', { id: 'b later' });
    expect(ada.pass(LATER + 2 * HOUR).flatMap(({ outputs }) => outputs).flatMap((o) => (o.kind === 'action' ? [o.trigger] : []))).toEqual(['quiet']); // prettier-ignore
  });

  it('belongs to no segment that counts, until its window has passed since the release', () => {
    const guarded = { name: 't', by: 'k', when: [{ event: 'a' }], if: '"buyers" in user.segments' };
    const ada = new Somebody(choking([guarded], [BUYERS]));
    ada.event(0, 'b');
    ada.event(1, 'poison');
    ada.release(HOUR);
    expect(kinds(ada.event(2 * HOUR, 'a'))).not.toContain('action');
    expect(kinds(ada.event(25 * HOUR - 1, 'a', { properties: { k: 2 } }))).not.toContain('action');
    ada.pass(26 * HOUR);
    expect(kinds(ada.event(26 * HOUR, 'a', { properties: { k: 3 } }))).toContain('action');
  });

  it('makes who asks wait: their probe is answered at the release, the newest of each user once', () => {
    const device = new Somebody(choking([ABANDONED]), 'a:x');
    device.event(0, 'poison');
    const probe = (user: string, due: number): Input => ({
      kind: 'identity',
      record: {
        kind: 'probe',
        id: deriveId('prb', user, 'a:x', String(at(due))),
        person: 'a:x',
        user,
        due: at(due) as Event['received'],
      },
      clock: at(due) as Event['received'],
    });
    for (const input of [probe('u:1', 5), probe('u:2', 6), probe('u:1', 7)]) expect(kinds(device.take(input))).toEqual([]);
    const told = device.release(8).outputs.flatMap((o) => (o.kind === 'tell' ? [o.input] : []));
    const answerTo = (user: string, due: number): object => ({
      ...{ kind: 'answer', person: user, from: 'a:x', due: at(due) },
      id: deriveId('prb', deriveId('prb', user, 'a:x', String(at(due)))),
    });
    expect(told).toEqual([answerTo('u:2', 6), answerTo('u:1', 7)]);
  });

  it('keeps what went wrong short, and those who ask few', () => {
    const long = setAside(choking([ABANDONED]), ADA, undefined, { kind: 'timer', due: 1 as Event['received'], clock: 1 as Event['received'] }, 'x'.repeat(1_000)); // prettier-ignore
    expect(long.state?.gap?.why).toHaveLength(200);
    const device = new Somebody(choking([ABANDONED]), 'a:x');
    device.event(0, 'poison');
    for (let i = 0; i < 30; i++)
      device.take({
        kind: 'identity',
        record: { kind: 'probe', id: `p${i}`, person: 'a:x', user: `u:${i}`, due: at(i) as Event['received'] },
        clock: at(i) as Event['received'],
      });
    expect(device.state?.gap?.asked?.map(({ user }) => user)).toEqual(Array.from({ length: 10 }, (_, i) => `u:${20 + i}`));
  });
});
