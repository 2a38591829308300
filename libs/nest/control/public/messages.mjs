import { now } from './clock.mjs';
import { element, place } from './element.mjs';
import { fullTime, personInWords, reasonInWords, when } from './words.mjs';

const STATUSES = ['sent', 'held', 'dropped', 'recalled', 'failed', 'unknown'];
const COLUMNS = ['when', 'person', 'trigger · step', 'channel', 'status', 'why'];

let messages = [];
let max = 0;
let only = new Set();
let shown = '';

/** The log of messages: what became of each, and why. */
export function showMessages(given, limit) {
  messages = given;
  max = limit;
  show();
}

/** Wires the search; called once. */
export const openMessages = () => place('messages-search').addEventListener('input', show);

/** Shows only what concerns this person. */
export function findPerson(person) {
  only = new Set();
  place('messages-search').value = personInWords(person);
  show();
  place('messages-title').scrollIntoView({ behavior: 'smooth' });
}

function show() {
  const words = place('messages-search').value.trim().toLowerCase();
  const found = messages.filter((m) => (only.size === 0 || only.has(m.status)) && textOf(m).includes(words));
  const now = JSON.stringify([found, messages.length, [...only], words]);
  if (now === shown) return;
  shown = now;
  place('messages-count').textContent = messages.length === 0 ? '' : counted(found.length);
  place('messages-filters').hidden = messages.length === 0;
  place('messages-chips').replaceChildren(...STATUSES.map(chip));
  place('messages').replaceChildren(found.length === 0 ? empty() : table(found));
}

const textOf = (m) =>
  [m.person, personInWords(m.person), m.trigger, m.step, m.template, m.reason, reasonInWords(m.reason)].join('\n').toLowerCase();

const counted = (found) =>
  `${found === messages.length ? '' : `${found} of `}${messages.length === max ? 'the newest ' : ''}${messages.length} ${messages.length === 1 ? 'message' : 'messages'}`;

function chip(status) {
  const count = messages.filter((m) => m.status === status).length;
  const pressed = only.has(status);
  const onclick = () => {
    if (!only.delete(status)) only.add(status);
    show();
    place('messages-chips').querySelector(`.${status}`)?.focus();
  };
  return element(
    'button',
    { type: 'button', class: `chip ${status}`, 'aria-pressed': String(pressed), disabled: count === 0 && !pressed, onclick },
    `${status} ${count}`,
  );
}

const empty = () =>
  element(
    'p',
    { class: 'empty' },
    messages.length === 0
      ? 'What is sent, held, dropped or taken back is listed here, each with its reason.'
      : 'Nothing like that among these.',
  );

const table = (rows) =>
  element(
    'table',
    {},
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        COLUMNS.map((name) => element('th', { scope: 'col' }, name)),
      ),
    ),
    element('tbody', {}, rows.map(row)),
  );

const row = (m) =>
  element(
    'tr',
    { title: `${m.id}\nrun ${m.run}` },
    element('td', {}, element('time', { title: fullTime(m.at) }, when(m.at, now()))),
    element(
      'td',
      { class: 'who' },
      element('button', { type: 'button', class: 'person', title: m.person, 'data-person': m.person }, personInWords(m.person)),
    ),
    element('td', {}, named(m), ` · ${m.step} `, element('small', {}, `v${m.version}`)),
    element('td', {}, m.channel),
    element('td', {}, element('span', { class: `chip ${m.status}` }, m.status)),
    element('td', { class: 'why' }, why(m)),
  );

/** A click tells why. */
const named = ({ person, trigger }) =>
  element('button', { type: 'button', class: 'person', title: 'Why?', 'data-person': person, 'data-trigger': trigger }, trigger);

function why(m) {
  const later = Array.isArray(m.later) && m.later.length > 0 ? m.later.join(', ') : undefined;
  if (m.status === 'sent') return later ?? '';
  const until = m.status === 'held' ? ` · until ${when(m.expires, now())} at the latest` : '';
  return element('span', { title: m.reason }, `${reasonInWords(m.reason)}${until}`);
}
