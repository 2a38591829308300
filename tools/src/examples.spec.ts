import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { advance, compileTrigger, encodePerson, makeProgram, playEvents, playExamples, type PersonState } from '@tripline/engine';
import { makeInstant, minutes, plus, type JsonObject, type Parsed } from '@tripline/kernel';
import {
  allSteps,
  CHANNELS,
  parseTemplate,
  parseTrigger,
  type Action,
  type Event,
  type Template,
  type Trigger,
} from '@tripline/model';
import { checkTemplate, renderMessage } from '@tripline/render';
import { parse } from 'yaml';

const examples = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'examples');
const documentsIn = (folder: string): [file: string, document: JsonObject][] =>
  readdirSync(join(examples, folder)).map((file) => [
    file,
    parse(readFileSync(join(examples, folder, file), 'utf8')) as JsonObject,
  ]);

function must<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

const triggers = documentsIn('triggers');
const templates = documentsIn('templates');
const shelf = new Map<string, Template>(
  templates.map(([, document]) => [document['name'] as string, must(parseTemplate(document))]),
);

/** What each message step of a trigger names, by channel, and what it hands over. */
const messagesOf = (trigger: Trigger) =>
  [...allSteps(trigger.do, 'do')].flatMap(({ step }) => {
    const channel = CHANNELS.find((c) => c in step);
    if (channel === undefined || !('id' in step) || 'split' in step) return [];
    return [
      { step: step.id, channel, template: (step as unknown as Record<string, string>)[channel] ?? '', data: step.with ?? {} },
    ];
  });

const START = makeInstant(Date.UTC(2026, 0, 1));
const eventOf = (name: string, i: number, properties: JsonObject): Event => ({
  id: `e${i}`,
  person: 'u:ada',
  type: 'track',
  name,
  timestamp: START,
  received: START,
  properties,
});

/** The actions of one person who did this and nothing more. */
function actionsAfter(document: JsonObject, ...events: (readonly [name: string, properties: JsonObject])[]): readonly Action[] {
  const name = document['name'] as string;
  const program = makeProgram([{ name, version: 1, revision: 1, document, state: 'live' }]);
  return playEvents(
    program,
    'u:ada',
    events.map(([event, properties], i) => eventOf(event, i, properties)),
  ).actions;
}

it('the three promised triggers are there', () => {
  expect(triggers.map(([file]) => file)).toEqual(['abandoned-cart.yaml', 'onboarding.yaml', 'win-back.yaml']);
});

it('somebody with all three under way is at most 500 bytes, also after ten logins', () => {
  const program = makeProgram(
    triggers.map(([, document]) => ({ name: document['name'] as string, version: 1, revision: 1, document, state: 'live' })),
  );
  const names = ['user.signed_up', 'cart.item_added', ...Array.from({ length: 10 }, () => 'login')];
  const state = names.reduce<PersonState | undefined>((before, name, i) => {
    const at = plus(START, minutes(i));
    const event = { ...eventOf(name, i, { cart_id: 'c1', item: { id: 'i1' } }), timestamp: at, received: at };
    return advance(program, 'u:ada', before, { kind: 'event', event, clock: at }).state;
  }, undefined);
  expect(state?.happened).toHaveLength(2);
  expect(encodePerson(state as PersonState).length).toBeLessThanOrEqual(500);
});

describe.each(triggers)('examples/triggers/%s', (file, document) => {
  it('is named as its file, parses and compiles', () => {
    const trigger = must(parseTrigger(document));
    must(compileTrigger(trigger));
    expect(`${trigger.name}.yaml`).toBe(file);
  });

  it('does what its examples say', () => {
    const results = must(playExamples(document));
    expect(results.length).toBeGreaterThanOrEqual(3);
    for (const { name, actual, expected } of results) expect([name, actual]).toEqual([name, expected]);
  });

  it('hands each template what it needs, on its own channel', () => {
    for (const { step, channel, template, data } of messagesOf(must(parseTrigger(document)))) {
      const found = shelf.get(template);
      expect([step, found?.channel]).toEqual([step, channel]);
      expect([step, Object.keys(data).sort()]).toEqual([step, Object.keys(found?.needs ?? {}).sort()]);
    }
  });
});

describe.each(templates)('examples/templates/%s', (file, document) => {
  it('is named as its file, and has nothing undeclared or unused', () => {
    const template = must(parseTemplate(document));
    expect(must(checkTemplate(template)).warnings).toEqual([]);
    expect(`${template.name}.yaml`).toBe(file);
  });

  it('is used by a trigger', () => {
    const used = triggers.flatMap(([, trigger]) => messagesOf(must(parseTrigger(trigger))).map((m) => m.template));
    expect(used).toContain(document['name']);
  });
});

describe('what is written', () => {
  const item = { cartId: 'c1', sku: 'lamp', name: 'Lamp <small>', price: 49, quantity: 2, value: 98 };
  const messages = (user: JsonObject, cart: JsonObject) =>
    [
      ...actionsAfter(triggers[0]![1], ['cart.item_added', cart]),
      ...actionsAfter(triggers[1]![1], ['user.signed_up', {}]),
      ...actionsAfter(triggers[2]![1], ['login', {}]),
    ].map((action) => must(renderMessage(shelf.get(action.template)!, { user, data: action.data })));

  it('names the person, the things and the sum', () => {
    const [cart, welcome] = messages({ name: 'Ada' }, item);
    expect(cart?.subject).toBe('Lamp <small> is still here');
    expect(cart?.text).toMatch(/Hello Ada,[^]*2 x Lamp <small>[^]*Together: 98 EUR[^]*https:\/\/shop.example\/cart/);
    expect(cart?.html).toMatch(/Still here, Ada<[^]*Lamp &lt;small&gt;<[^]*98 €/);
    expect(welcome?.subject).toBe('Welcome, Ada');
  });

  it('can be said to somebody of whom nothing is known, about things without a name or a price', () => {
    const all = messages({}, { cartId: 'c1', value: 20 });
    expect(all).toHaveLength(6);
    for (const { subject, text, html } of all) {
      expect(subject).not.toBe('');
      expect(text).toMatch(/^Hello there,/);
      expect(`${subject}${text}${html}`).not.toMatch(/undefined|null|NaN|\[object|\{[{%]/);
    }
  });
});
