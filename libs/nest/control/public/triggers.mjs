import { ask } from './ask.mjs';
import { element, place, whenChanged } from './element.mjs';
import { conditionInWords, stepsInWords } from './document-words.mjs';
import { fullTime } from './words.mjs';

const SURE_MS = 4_000;
const STATES = {
  running: { says: 'live', actions: ['pause', 'stop'] },
  paused: { says: 'paused', actions: ['resume', 'stop'] },
  stopped: { says: 'stopped', actions: ['resume'] },
  withdrawn: { says: 'withdrawn', actions: [] },
};
const MEANINGS = {
  pause: 'Hold its messages until it is resumed',
  resume: 'Let its messages go again',
  stop: 'Drop its messages, also those that are held',
};

/** The scope of the switch of everything. */
const EVERYTHING = '*';

const switchOf = (scope, switches) => switches.find((one) => one.scope === scope) ?? { state: 'running' };
/** What a pause does beside holding messages. */
const pauseInWords = ({ entries, messages }) =>
  [entries === 'closed' && 'nothing begins', messages === 'drop' && 'messages are dropped'].filter(Boolean).join(', ');

/**
 * Shows the triggers, each with what it waits for, what it does, and its switches, and the switch of everything. `changed` is called when
 * one was thrown, `told` with what to tell the reader.
 */
export const showTriggers = whenChanged((triggers, switches, changed, told) => {
  const throwing = (path, of) => (action) => control(path, of, action, changed, told);
  const cards = triggers.map((trigger) => {
    const thrown = trigger.withdrawn ? { state: 'withdrawn' } : switchOf(trigger.name, switches);
    return card(trigger, thrown, throwing(`/api/triggers/${encodeURIComponent(trigger.name)}`, trigger.name));
  });
  place('triggers').replaceChildren(...(cards.length === 0 ? [nothing()] : cards));
  place('everything').replaceChildren(...everything(switchOf(EVERYTHING, switches).state, throwing('/api', 'everything')));
});

const everything = (state, button) =>
  state === 'running'
    ? [button('stop')]
    : [element('span', { class: `state ${state}` }, `everything is ${state}`), ' ', button('resume')];

const nothing = () =>
  element(
    'li',
    { class: 'empty' },
    'No trigger is published. Publish one with ',
    element('code', {}, 'npx tripline apply -f FILE'),
  );

function card(trigger, thrown, button) {
  const { state } = thrown;
  const more = state === 'paused' ? pauseInWords(thrown) : '';
  return element(
    'li',
    { class: `trigger ${state}` },
    element(
      'header',
      {},
      element('strong', {}, trigger.name),
      element('span', { class: 'version', title: `published ${fullTime(trigger.publishedAt)}` }, `v${trigger.version}`),
      element('span', { class: `state ${state}` }, more === '' ? STATES[state].says : `${STATES[state].says}: ${more}`),
    ),
    element('p', { class: 'condition' }, conditionInWords(trigger.document)),
    element('ol', { class: 'steps' }, stepsInWords(trigger.document).map(step)),
    element('footer', {}, STATES[state].actions.map(button), source(trigger)),
  );
}

const step = ({ kind, says, text }) =>
  element('li', { class: kind }, says !== undefined && element('small', {}, says), ` ${text}`);

const source = (trigger) =>
  element('details', {}, element('summary', {}, 'document'), element('pre', {}, JSON.stringify(trigger.document, undefined, 2)));

/** What cannot be taken back is asked twice: once by its name, once by "Really?". */
function control(path, of, action, changed, told) {
  const says = of === 'everything' ? `${action} ${of}` : action;
  const onclick = async ({ target }) => {
    if (action === 'stop' && target.dataset.sure === undefined) return askAgain(target, says);
    target.disabled = true;
    try {
      await ask(`${path}/${action}`, {});
      changed();
    } catch (error) {
      told(`${of} was not changed: ${error.message}`);
    } finally {
      target.disabled = false;
    }
  };
  return element('button', { type: 'button', class: 'quiet', title: MEANINGS[action], onclick }, says);
}

function askAgain(button, says) {
  button.dataset.sure = 'asked';
  button.textContent = `really ${says}?`;
  setTimeout(() => {
    delete button.dataset.sure;
    button.textContent = says;
  }, SURE_MS);
}
