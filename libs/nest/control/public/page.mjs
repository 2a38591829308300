import { ask, keepToken } from './ask.mjs';
import { readClock } from './clock.mjs';
import { showDeadLetters } from './dead-letters.mjs';
import { place } from './element.mjs';
import { showLive } from './live-feed.mjs';
import { showMailbox } from './mailbox.mjs';
import { openMessages, showMessages } from './messages.mjs';
import { openPersons } from './person.mjs';
import { showTriggers } from './triggers.mjs';

const AGAIN_MS = 5_000;
const SOON_MS = 300;
const TOAST_MS = 6_000;
const MESSAGES_MAX = 200;
const MAIL_MAX = 100;
const LETTERS_MAX = 50;

let toasting;
function told(text) {
  clearTimeout(toasting);
  place('toast').textContent = text;
  place('toast').hidden = false;
  toasting = setTimeout(() => (place('toast').hidden = true), TOAST_MS);
}

/** What the page shows, each asked for on its own: what fails leaves the others as they are. */
const VIEWS = [
  async () => showMessages((await ask(`/api/messages?max=${MESSAGES_MAX}`)).messages, MESSAGES_MAX),
  async () => showMailbox((await ask(`/api/mailbox?max=${MAIL_MAX}`)).mail, MAIL_MAX),
  async () => {
    const [{ triggers }, { switches }] = await Promise.all([ask('/api/triggers'), ask('/api/switches')]);
    showTriggers(triggers, switches, soon, told);
  },
  async () => showDeadLetters((await ask(`/api/dead-letters?max=${LETTERS_MAX}`)).deadLetters),
];

async function refresh() {
  const clock = await settled([() => readClock(told)]);
  const failed = (await settled(VIEWS)) ?? clock;
  place('reach').textContent = failed === undefined ? '' : `not all could be asked: ${failed.message}`;
  if (failed?.status !== 401) return;
  await letIn();
  soon();
}

/** The first failure of those asked, if any. */
async function settled(asks) {
  const results = await Promise.allSettled(asks.map((it) => it()));
  return results.find((result) => result.status === 'rejected')?.reason;
}

/** Asks for the token, and resolves when one was given. */
function letIn() {
  const door = place('door');
  if (!door.open) door.showModal();
  return new Promise((resolve) =>
    door.addEventListener(
      'close',
      () => {
        keepToken(place('door-token').value);
        resolve();
      },
      { once: true },
    ),
  );
}

let wake = () => undefined;
let wanted = false;
let asked = false;
/** Looks again in a moment; several wishes within it are one. */
function soon() {
  if (asked) return;
  asked = true;
  setTimeout(() => {
    asked = false;
    wanted = true;
    wake();
  }, SOON_MS);
}

/** Until the next look is due, or wished for. */
function untilNextLook() {
  if (wanted) return undefined;
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, AGAIN_MS);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

/** One look at a time; a hidden page does not look. */
async function keepLooking() {
  for (;;) {
    wanted = false;
    if (!document.hidden) await refresh();
    await untilNextLook();
  }
}

openMessages();
openPersons();
document.addEventListener('visibilitychange', soon);
void showLive((it) => it.kind !== 'event' && soon());
void keepLooking();
