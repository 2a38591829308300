import { follow } from './ask.mjs';
import { element, place } from './element.mjs';
import { clockTime, fullTime, personInWords, reasonInWords } from './words.mjs';

const SHOWN_MAX = 200;
const AGAIN_MIN_MS = 1_000;
const AGAIN_MAX_MS = 15_000;

const TEXTS = {
  event: ({ name }) => [element('code', {}, name ?? 'an event')],
  firing: ({ trigger, step }) => [element('strong', {}, trigger ?? ''), ` fires → ${step ?? ''}`],
  recall: ({ trigger, step, reason }) => [`takes back ${[trigger, step].filter(Boolean).join(' · ')}`, because(reason)],
  outcome: ({ trigger, step, status, reason }) => [
    element('span', { class: `chip ${status}` }, status ?? ''),
    ` ${trigger} · ${step}`,
    because(reason, status),
  ],
};
const because = (reason, status) =>
  reason === undefined || reason === status ? '' : element('span', { class: 'because', title: reason }, reasonInWords(reason));

const item = (it) =>
  element(
    'li',
    { class: it.kind },
    element('time', { title: fullTime(it.at) }, clockTime(it.at)),
    element('button', { type: 'button', class: 'person', 'data-person': it.person }, personInWords(it.person)),
    element('span', { class: 'what' }, TEXTS[it.kind](it)),
  );

const empty = () => element('li', { class: 'empty' }, 'Events, firings and what became of them appear here as they come.');

/** Keeps the stream open, and shows what it brings, newest first and no more than so many. `seen` is told of each item. */
export async function showLive(seen) {
  place('live').replaceChildren(empty());
  for (let againMs = AGAIN_MIN_MS; ; againMs = Math.min(againMs * 2, AGAIN_MAX_MS)) {
    try {
      const opened = () => {
        say('live');
        againMs = AGAIN_MIN_MS;
      };
      for await (const it of follow('/api/live', opened)) if (Object.hasOwn(TEXTS, it?.kind ?? '')) add(it, seen);
    } catch {
      // Said below, and tried again.
    }
    say('not connected; trying again');
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}

function say(text) {
  place('live-state').textContent = text;
  place('live-state').classList.toggle('on', text === 'live');
}

function add(it, seen) {
  const list = place('live');
  list.querySelector('.empty')?.remove();
  list.prepend(item(it));
  while (list.childElementCount > SHOWN_MAX) list.lastElementChild.remove();
  seen(it);
}
