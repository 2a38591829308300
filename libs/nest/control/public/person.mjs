import { ask } from './ask.mjs';
import { now } from './clock.mjs';
import { element, place } from './element.mjs';
import { findPerson } from './messages.mjs';
import { whyAsked } from './why.mjs';
import { fullTime, instantOf, personInWords, when } from './words.mjs';

/** Wherever a person is named, a click shows what their task knows of them, and why the trigger that is named with them decided as it did. */
export function openPersons() {
  document.addEventListener('click', ({ target }) => {
    const named = target.closest?.('[data-person]');
    if (named) void show(named.dataset.person, named.dataset.trigger);
  });
}

async function show(person, trigger) {
  const sheet = place('person');
  sheet.replaceChildren(heading(person), element('p', { class: 'hint' }, 'asking their task …'));
  if (!sheet.open) sheet.showModal();
  const published = ask('/api/triggers').then(
    (answer) => answer.triggers.map(({ name }) => name),
    () => [],
  );
  const view = ask(`/api/persons/${encodeURIComponent(person)}`).then(known, (error) => [
    element(
      'p',
      { class: 'empty' },
      error.status === 404 ? 'Their task holds nothing of them.' : `Not to be had now: ${error.message}`,
    ),
  ]);
  const [triggers, body] = await Promise.all([published, view]);
  const asked = trigger === undefined || triggers.includes(trigger) ? triggers : [trigger, ...triggers];
  const why = asked.length === 0 ? [] : [element('h3', {}, 'Why a trigger wrote, or did not'), whyAsked(person, asked, trigger)];
  sheet.replaceChildren(heading(person), ...why, ...body);
}

const heading = (person) =>
  element(
    'header',
    {},
    element('h2', { id: 'person-title' }, personInWords(person)),
    element(
      'button',
      { type: 'button', class: 'quiet', onclick: () => (place('person').close(), findPerson(person)) },
      'their messages',
    ),
    element('button', { type: 'button', class: 'quiet', 'aria-label': 'Close', onclick: () => place('person').close() }, 'close'),
  );

function known(view) {
  const traits = Object.entries(view.traits ?? {});
  const runs = view.runs ?? [];
  const silence = view.silence ?? [];
  return [
    element('h3', {}, 'Traits'),
    traits.length === 0
      ? element('p', { class: 'hint' }, 'none known')
      : pairs(traits.map(([name, value]) => [name, inLine(value)])),
    element('h3', {}, 'Open runs'),
    runs.length + silence.length === 0
      ? element('p', { class: 'hint' }, 'nothing is being waited for')
      : element('ul', { class: 'runs' }, runs.map(run), silence.map(quiet)),
    element(
      'details',
      {},
      element('summary', {}, 'everything, as it is kept'),
      element('pre', {}, JSON.stringify(view, undefined, 2)),
    ),
  ];
}

const inLine = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
const pairs = (entries) =>
  element(
    'dl',
    {},
    entries.map(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
  );
const until = (text) =>
  text ? [' until ', element('time', { title: fullTime(instantOf(text)) }, when(instantOf(text), now()))] : [];

const run = (r) =>
  element(
    'li',
    {},
    element('strong', {}, r.trigger),
    element('small', {}, ` v${r.version}${r.key === undefined ? '' : ` · ${r.key}`} · ${r.phase}`),
    element('p', {}, `waits for ${r.waitsFor}`, until(r.until)),
    (r.actions ?? []).map((a) =>
      element('p', {}, `${a.step}: `, element('span', { class: `chip ${a.status}` }, a.status), ` ${(a.later ?? []).join(', ')}`),
    ),
  );

const quiet = (q) => element('li', {}, element('strong', {}, q.trigger), element('p', {}, 'silence, armed', until(q.until)));
