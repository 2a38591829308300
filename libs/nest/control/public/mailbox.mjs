import { now } from './clock.mjs';
import { element, place, whenChanged } from './element.mjs';
import { firstSteps } from './first-steps.mjs';
import { fullTime, personInWords, when } from './words.mjs';

const CHANNELS = { email: 'mail', sms: 'text', web: 'web', webhook: 'call' };
const EXCERPT_LENGTH = 90;

let chosen;
let asText = false;

/** Shows the kept messages: a list, and the one that is being read. The newest is, until another is chosen. */
export const showMailbox = whenChanged((mail, max) => {
  place('mailbox-count').textContent =
    mail.length === 0 ? '' : `${mail.length === max ? 'the newest ' : ''}${mail.length} kept, none left this machine`;
  if (mail.length === 0) return place('mailbox').replaceChildren(firstSteps());
  const reader = place('reader') ?? element('article', { class: 'reader', id: 'reader', tabindex: '-1' });
  const list = element(
    'ul',
    { class: 'mails' },
    mail.map((m) => item(m, (at) => choose(mail, at))),
  );
  const scrolled = place('mailbox').querySelector('.mails')?.scrollTop ?? 0;
  place('mailbox').replaceChildren(list, reader);
  list.scrollTop = scrolled;
  mark(mail.find((m) => m.id === chosen) ?? mail[0]);
});

function choose(mail, one) {
  chosen = one.id;
  mark(one);
  if (matchMedia('(max-width: 760px)').matches) place('reader').scrollIntoView({ block: 'nearest', behavior: 'smooth' });
}

function mark(one) {
  for (const button of place('mailbox').querySelectorAll('.mails button'))
    button.setAttribute('aria-current', String(button.dataset.id === one.id));
  if (place('reader').dataset.id !== one.id) read(one);
}

const toOf = (m) => m.to || m.url || personInWords(m.person);
const headingOf = (m) =>
  m.subject ?? m.title ?? m.text?.split('\n').find((line) => line.trim() !== '') ?? m.template ?? 'no words';
const excerptOf = (m) => (m.subject === undefined ? '' : (m.text ?? '')).replace(/\s+/g, ' ').trim().slice(0, EXCERPT_LENGTH);

const item = (m, onchoose) =>
  element(
    'li',
    {},
    element(
      'button',
      { type: 'button', 'data-id': m.id, onclick: () => onchoose(m) },
      element('span', { class: 'to' }, toOf(m)),
      element('time', { title: fullTime(m.at) }, when(m.at, now())),
      element(
        'span',
        { class: 'subject' },
        m.channel !== 'email' && element('span', { class: 'tag' }, CHANNELS[m.channel] ?? m.channel),
        headingOf(m),
      ),
      element('span', { class: 'excerpt' }, excerptOf(m)),
    ),
  );

function read(m) {
  const reader = place('reader');
  reader.dataset.id = m.id;
  const both = m.html !== undefined && m.text !== undefined;
  reader.replaceChildren(
    element(
      'header',
      {},
      element('h3', {}, m.subject ?? m.title ?? `${CHANNELS[m.channel] ?? m.channel} to ${toOf(m)}`),
      element(
        'p',
        {},
        'to ',
        element('button', { type: 'button', class: 'person', 'data-person': m.person }, toOf(m)),
        m.from && ` from ${m.from}`,
      ),
      element('p', {}, element('span', { class: 'tag' }, `${m.trigger} · ${m.step}`), ' ', element('time', {}, fullTime(m.at))),
      both &&
        element(
          'button',
          { type: 'button', class: 'quiet', onclick: () => ((asText = !asText), read(m)) },
          asText ? 'as HTML' : 'as text',
        ),
    ),
    m.html === undefined || (both && asText) ? element('pre', { class: `body ${m.channel}` }, m.text ?? '') : paper(m.html),
  );
}

/**
 * A mail's HTML on a sheet of its own: no script runs in it, nothing is loaded from elsewhere, and it cannot reach this page. Links open
 * in a tab of their own.
 */
const paper = (html) =>
  element('iframe', {
    class: 'body',
    title: 'The mail as it would look',
    sandbox: 'allow-popups allow-popups-to-escape-sandbox',
    srcdoc: `<!doctype html><meta charset="utf-8"><base target="_blank"><body style="margin:0">${html}`,
  });
