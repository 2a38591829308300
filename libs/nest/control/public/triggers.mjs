import { ask } from './ask.mjs';
import { element, place, whenChanged } from './element.mjs';
import { conditionInWords, fullTime, stepsInWords } from './words.mjs';

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

const stateOf = (trigger) => {
  if (trigger.withdrawn) return 'withdrawn';
  const state = trigger.state ?? trigger.switch ?? 'running';
  return state in STATES ? state : 'running';
};

/** Shows the triggers, each with what it waits for, what it does, and its switches. `changed` is called when a switch was thrown. */
export const showTriggers = whenChanged((triggers, changed, told) => {
  const cards = triggers.map((trigger) => card(trigger, changed, told));
  place('triggers').replaceChildren(...(cards.length === 0 ? [nothing()] : cards));
});

const nothing = () =>
  element(
    'li',
    { class: 'empty' },
    'No trigger is published. Publish one with ',
    element('code', {}, 'npx tripline apply -f FILE'),
  );

function card(trigger, changed, told) {
  const state = stateOf(trigger);
  return element(
    'li',
    { class: `trigger ${state}` },
    element(
      'header',
      {},
      element('strong', {}, trigger.name),
      element('span', { class: 'version', title: `published ${fullTime(trigger.publishedAt)}` }, `v${trigger.version}`),
      element('span', { class: `state ${state}` }, STATES[state].says),
    ),
    element('p', { class: 'condition' }, conditionInWords(trigger.document)),
    element('ol', { class: 'steps' }, stepsInWords(trigger.document).map(step)),
    element(
      'footer',
      {},
      STATES[state].actions.map((action) => control(trigger.name, action, changed, told)),
      source(trigger),
    ),
  );
}

const step = ({ kind, says, text }) =>
  element('li', { class: kind }, says !== undefined && element('small', {}, says), ` ${text}`);

const source = (trigger) =>
  element('details', {}, element('summary', {}, 'document'), element('pre', {}, JSON.stringify(trigger.document, undefined, 2)));

/** What cannot be taken back is asked twice: once by its name, once by "Really?". */
function control(name, action, changed, told) {
  const onclick = async ({ target }) => {
    if (action === 'stop' && target.dataset.sure === undefined) return askAgain(target, action);
    target.disabled = true;
    try {
      await ask(`/api/triggers/${encodeURIComponent(name)}/${action}`, {});
      changed();
    } catch (error) {
      told(`${name} was not changed: ${error.message}`);
    } finally {
      target.disabled = false;
    }
  };
  return element('button', { type: 'button', class: 'quiet', title: MEANINGS[action], onclick }, action);
}

function askAgain(button, action) {
  button.dataset.sure = 'asked';
  button.textContent = `really ${action}?`;
  setTimeout(() => {
    delete button.dataset.sure;
    button.textContent = action;
  }, SURE_MS);
}
