import { ask } from './ask.mjs';
import { element, place } from './element.mjs';
import { dayAndTime } from './words.mjs';

const LENGTHS = [
  { advance: '1h', label: '1 h', says: 'An hour has passed' },
  { advance: '1d', label: '1 d', says: 'A day has passed' },
  { advance: '30d', label: '30 d', says: 'Thirty days have passed' },
];

let aheadMs = 0;
let movable = false;

/** What time it is where the decisions are made: the log's clock, which may have been moved ahead. */
export const now = () => Date.now() + aheadMs;
export const canSkipAhead = () => movable;

/** Reads the clock again; the first time also shows it, with its buttons where it can be moved. */
export async function readClock(told) {
  const answer = await ask('/api/clock');
  aheadMs = answer.now - Date.now();
  if (!place('clock').hidden) return;
  movable = answer.movable === true;
  place('clock').replaceChildren(
    element('time', { id: 'clock-now', title: 'The time by which deadlines are decided' }),
    (movable && skips(told)) || '',
  );
  place('clock').hidden = false;
  tick();
  setInterval(tick, 1_000);
}

const tick = () => place('clock-now').replaceChildren(dayAndTime(now()));

const skips = (told) =>
  element(
    'span',
    { class: 'skips', role: 'group', 'aria-label': 'Skip ahead' },
    element('span', { class: 'skips-label' }, 'skip ahead'),
    LENGTHS.map(({ advance, label, says }) =>
      element('button', { type: 'button', onclick: (e) => skip(e.target, advance, says, told) }, label),
    ),
  );

async function skip(button, advance, says, told) {
  button.disabled = true;
  try {
    await ask('/api/clock', { advance });
    await readClock(told);
    tick();
    told(`${says}. Deadlines wait ten more seconds for stragglers.`);
  } catch (error) {
    told(`The clock stays: ${error.message}`);
  } finally {
    button.disabled = false;
  }
}
