import { ask } from './ask.mjs';
import { element } from './element.mjs';
import { dayAndTime, fullTime, instantOf, reasonInWords } from './words.mjs';

/** A place to ask why a trigger did or did not write to a person, one of these triggers; `asked` is chosen and asked at once. */
export function whyAsked(person, triggers, asked) {
  const answer = element('div', { class: 'explained', 'aria-live': 'polite' });
  const choice = element(
    'select',
    { 'aria-label': 'Trigger' },
    triggers.map((name) => element('option', { value: name, selected: name === asked }, name)),
  );
  const show = async () => {
    answer.replaceChildren(element('p', { class: 'hint' }, 'telling it again from the log …'));
    const path = `/api/persons/${encodeURIComponent(person)}/why?trigger=${encodeURIComponent(choice.value)}`;
    const told = await ask(path).then(explained, (error) => [
      element(
        'p',
        { class: 'empty' },
        error.status === 404 ? 'Nothing is known of this.' : `Not to be had now: ${error.message}`,
      ),
    ]);
    answer.replaceChildren(...told);
  };
  const button = element('button', { type: 'button', class: 'quiet', onclick: () => void show() }, 'Why?');
  if (asked !== undefined) void show();
  return element('div', {}, element('div', { class: 'asks' }, choice, button), answer);
}

function explained({ told, gaps, messages }) {
  const runs = Map.groupBy(told, ({ run }) => run ?? '');
  const lists = [...runs].map(([run, entries]) => [
    element('h4', {}, run === '' ? 'Outside any run' : `Run ${run}`),
    element(
      'ol',
      {},
      entries.map(line),
      messages
        .filter((message) => message.run === run)
        .toReversed()
        .map(outcome),
    ),
  ]);
  const nothing = element('p', { class: 'empty' }, 'Nothing that this person did concerns this trigger.');
  return [...(told.length === 0 ? [nothing] : lists.flat()), ...gaps.map((gap) => element('p', { class: 'hint' }, gap))];
}

const line = ({ by, at, says }) => {
  const when = instantOf(by.due ?? by.timestamp ?? at);
  return element(
    'li',
    {},
    element('time', { title: fullTime(when) }, dayAndTime(when)),
    element('small', {}, by.event ?? by.record ?? 'the clock'),
    element('p', {}, says),
  );
};

const outcome = ({ at, step, status, reason }) =>
  element(
    'li',
    {},
    element('time', { title: fullTime(at) }, dayAndTime(at)),
    element('small', {}, `message ${step}`),
    element(
      'p',
      {},
      element('span', { class: `chip ${status}` }, status),
      reason === undefined ? '' : ` ${reasonInWords(reason)}`,
    ),
  );
