import { now } from './clock.mjs';
import { element, place, whenChanged } from './element.mjs';
import { fullTime, instantOf, when } from './words.mjs';

const BODY_LENGTH_MAX = 4_000;

/** What could not be read. The section is there only when there is something in it. */
export const showDeadLetters = whenChanged((letters) => {
  place('dead-letters').hidden = letters.length === 0;
  place('dead-letters-list').replaceChildren(...letters.map(letter));
});

function letter({ reason, detail, source, received, part, bytes, text, base64 }) {
  const at = instantOf(received);
  const body = text ?? base64 ?? '';
  const cut = body.length > BODY_LENGTH_MAX ? `${body.slice(0, BODY_LENGTH_MAX)} … of ${bytes} bytes` : body;
  return element(
    'li',
    {},
    element(
      'details',
      {},
      element(
        'summary',
        {},
        element('span', { class: 'chip failed' }, reason),
        ` ${detail} `,
        element(
          'small',
          {},
          `${source}${part === undefined ? '' : `, part ${part}`} · `,
          element('time', { title: fullTime(at) }, when(at, now())),
        ),
      ),
      element('pre', {}, text === undefined ? `base64: ${cut}` : cut),
    ),
  );
}
