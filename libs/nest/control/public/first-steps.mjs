import { canSkipAhead } from './clock.mjs';
import { element } from './element.mjs';

const IDENTIFY = `{"userId":"ada","traits":{"name":"Ada","email":"ada@shop.example","country":"DE"}}`;
const TRACK = `{"userId":"ada","event":"cart.item_added","properties":
      {"cartId":"c1","sku":"lamp","name":"Lamp","price":49,"quantity":1,"value":49}}`;

const curl = (call, json) =>
  `curl -u demo: ${location.origin}/v1/${call} \\\n  -H 'content-type: application/json' \\\n  -d '${json}'`;

/** What to do where there is nothing to be seen yet. */
export function firstSteps() {
  const commands = `${curl('identify', IDENTIFY)}\n${curl('track', TRACK)}`;
  return element(
    'div',
    { class: 'first' },
    element('h3', {}, 'No message yet'),
    element('p', {}, 'Let somebody put a lamp in the cart, and not buy it:'),
    element('div', { class: 'command' }, element('pre', { tabindex: '0' }, commands), copyButton(commands)),
    element(
      'p',
      {},
      canSkipAhead()
        ? 'Then skip ahead 1 h, above. After ten seconds for stragglers, the mail is here.'
        : 'An hour and ten seconds later, the mail is here.',
    ),
    element(
      'p',
      { class: 'hint' },
      'Send ',
      element('code', {}, 'order.completed'),
      ' with the same cartId before that, and there is none.',
    ),
  );
}

function copyButton(text) {
  const onclick = async ({ target }) => {
    const copied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    target.textContent = copied ? 'copied' : 'select and copy';
    setTimeout(() => (target.textContent = 'copy'), 2_000);
  };
  return element('button', { type: 'button', class: 'quiet', onclick }, 'copy');
}
