// What the engine costs by itself: with many triggers, for people with a long history, and in bytes of state.
// npm run bench -- engine [--events 200000] [--rounds 5]
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { YamlReader } from '@tripline/adapters-yaml';
import { advance, encodePerson, makeProgram } from '@tripline/engine';

const { values } = parseArgs({
  options: { events: { type: 'string', default: '200000' }, rounds: { type: 'string', default: '5' } },
});
const EVENTS = Number(values.events);
const ROUNDS = Number(values.rounds);
const START = Date.UTC(2026, 0, 1);
const SECOND = 1_000;

/** A cart and no order; every other trigger is about other events. */
const trigger = (i, names) => ({
  kind: 'trigger',
  name: `t${i}`,
  purpose: 'marketing',
  by: 'cartId',
  when: [
    { event: names ? 'cart.item_added' : `other.${i}`, where: 'value >= 20' },
    { not: names ? 'order.completed' : `another.${i}`, for: '1h' },
  ],
  do: [{ id: 'mail', email: 'cart-reminder' }],
});
/** So many triggers, of which so many name the events that come. */
const triggers = (count, naming) => programOf(Array.from({ length: count }, (_, i) => trigger(i, i < naming)));
const programOf = (documents) =>
  makeProgram(documents.map((document) => ({ name: document.name, version: 1, revision: 1, document, state: 'live' })));

const event = (i, person, name = i % 3 === 2 ? 'order.completed' : 'cart.item_added') => ({
  id: `m${i}`,
  person,
  type: 'track',
  name,
  timestamp: START + i * SECOND,
  received: START + i * SECOND,
  properties: { cartId: 'c1', sku: 'lamp', value: 49 },
});

/** Events per second of CPU; each person gets `each` events, one after the other. */
function measure(program, each, count = EVENTS) {
  const before = process.cpuUsage();
  for (let done = 0; done < count;) {
    const person = `u:${done}`;
    let state;
    for (let i = 0; i < each && done < count; i++, done++)
      state = advance(program, person, state, { kind: 'event', event: event(done, person), clock: START }).state;
  }
  const { user, system } = process.cpuUsage(before);
  return count / ((user + system) / 1e6);
}

const middle = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
/** Both sides in turns, the middle of the ratios. */
function compare(a, b) {
  const rounds = Array.from({ length: ROUNDS }, () => [a(), b()]);
  return { a: middle(rounds.map(([x]) => x)), b: middle(rounds.map(([, y]) => y)), ratio: middle(rounds.map(([x, y]) => x / y)) };
}

const few = triggers(10, 1);
const thousand = triggers(1_000, 1);
const most = triggers(10_000, 1);
const naming = triggers(10_000, 100);
for (const program of [few, most]) measure(program, 10);

/** The examples, and somebody in the middle of a cart who signed up and logged in. */
function stateOfExamples() {
  const root = join(import.meta.dirname, '..');
  const documents = ['abandoned-cart', 'onboarding', 'win-back'].map(
    (name) => new YamlReader().read(readFileSync(join(root, 'examples/triggers', `${name}.yaml`), 'utf8'))[0].value,
  );
  const program = programOf(documents);
  if (program.problems.length > 0) throw new Error(JSON.stringify(program.problems));
  let state;
  const names = ['user.signed_up', 'login', 'cart.item_added'];
  names.forEach(
    (name, i) => ({ state } = advance(program, 'u:ada', state, { kind: 'event', event: event(i, 'u:ada', name), clock: START })),
  );
  const cart = advance(program, 'u:bob', undefined, {
    kind: 'event',
    event: event(1, 'u:bob', 'cart.item_added'),
    clock: START,
  }).state;
  return { three: encodePerson(state).length, one: encodePerson(cart).length };
}

const against = (program, each) => compare(() => measure(few, 10), () => measure(program, each)); // prettier-ignore
const lines = { thousand: against(thousand, 10), most: against(most, 10), long: against(few, 10_000) };
/** A hundredth of the events: each is a hundred times the work. */
const named = compare(() => measure(few, 10), () => measure(naming, 10, EVENTS / 100)); // prettier-ignore
const bytes = stateOfExamples();

const round = (n) => Math.round(n).toLocaleString('en');
const line = ({ a, b, ratio }) => `${round(b)} | ${round(a)} | ${ratio.toFixed(2)}`;
const text = `# engine

Events per second of CPU through \`advance\`, ${EVENTS.toLocaleString('en')} a measurement; both sides of a line in turns, the middle of ${ROUNDS} rounds.

| | events/s | 10 triggers, one names the event, people with 10 events | times the cost |
| --- | --- | --- | --- |
| 1,000 triggers, one names the event | ${line(lines.thousand)} |
| 10,000 triggers, one names the event | ${line(lines.most)} |
| 10 triggers, people with 10,000 events each | ${line(lines.long)} |
| 10,000 triggers, 100 name the event | ${line(named)}, ${(named.ratio / 100).toFixed(2)} a trigger that names it |

State of somebody with the three example triggers and all three under way: ${bytes.three} bytes; with one open cart: ${bytes.one} bytes.
`;
console.log(text);
const folder = join(import.meta.dirname, 'results');
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'engine.md'), text);
