import { setTimeout as pause } from 'node:timers/promises';
import type { Broker } from '@tripline/testing-broker';
import { ask, eventually, post } from '@tripline/testing-e2e';
import { Chance } from '@tripline/testing-simulation';
import { audit, type Done, type Verdict } from './audit.js';
import { humanOf, type Human } from './humans.js';
import { Provider } from './provider.js';
import { Sender, type Sent } from './sender.js';
import { Storm } from './storm.js';
import { System } from './system.js';

export type ChaosPlan = {
  readonly seed: number;
  readonly humans: number;
  /** Events beside, of each human, that no trigger names. */
  readonly views: number;
  /** How long people go on appearing. */
  readonly forMs: number;
  readonly windowMs: number;
  /** Between two faults, on average. */
  readonly calmMs: number;
};

export type Outcome = {
  readonly verdict: Verdict;
  readonly events: number;
  readonly mails: number;
  /** Of the lost: those that are listed as unknown, with the provider's answer. */
  readonly unknown: readonly string[];
  readonly faults: readonly string[];
};

const SETTLE_MS = 2_000;
/** After the storm everything must have come to rest within so long. */
const REST_MS = 180_000;
const WRITE_KEY = 'chaos';

const documents = (windowMs: number): readonly string[] => [
  'kind: template\nname: chaos-mail\nchannel: email\nsubject: You left something\ntext: Your cart waits.\n',
  `kind: trigger
name: chaos-cart
purpose: marketing
by: cartId
when:
  - { event: chaos.added, as: cart }
  - { not: chaos.ordered, for: ${windowMs}ms }
exit: [{ event: chaos.ordered }]
time: { settle: ${SETTLE_MS}ms }
do: [{ id: mail, email: chaos-mail }]
`,
];

/** People do what they do while everything is killed and restarted; then what the provider got is compared with what they did. */
export async function chaos(plan: ChaosPlan, broker: Broker): Promise<Outcome> {
  const chance = new Chance(plan.seed);
  const provider = new Provider(chance.branch());
  await provider.open();
  const system = new System(broker, provider.url);
  try {
    await system.open();
    const control = system.urlsOf('control')[0] ?? '';
    for (const document of documents(plan.windowMs)) await post(`${control}/api/triggers`, document);
    await pause(3_000);
    const { done, storm } = await live(plan, system, chance);
    const times = { windowMs: plan.windowMs, settleMs: SETTLE_MS };
    const verdictNow = (): Verdict => audit(done, provider.taken, times);
    const listed = async (): Promise<readonly string[]> => unknownOf(control, verdictNow().lost);
    await eventually('everybody to have heard', async () => ((await listed()).length === verdictNow().lost.length ? true : undefined), REST_MS).catch(() => undefined); // prettier-ignore
    const unknown = await listed();
    const verdict = verdictNow();
    const lost = verdict.lost.filter((who) => !unknown.includes(who));
    const events = done.reduce((sum, { human }) => sum + human.deeds.length, 0);
    return { verdict: { ...verdict, lost }, unknown, events, mails: provider.taken.length, faults: storm.told };
  } finally {
    await system.close();
    await provider.close();
  }
}

async function live(plan: ChaosPlan, system: System, chance: Chance): Promise<{ done: readonly Done[]; storm: Storm }> {
  const sender = new Sender(system.urlsOf('collector'), WRITE_KEY);
  const storm = new Storm(system, chance.branch(), plan.calmMs);
  const people = chance.branch();
  let over = false;
  const raging = storm.rage(() => over);
  const sending = sender.run(() => over);
  const begins = Date.now();
  const lives = Array.from({ length: plan.humans }, async (_, i) => {
    const human = humanOf(`h${plan.seed}-${i}`, plan.windowMs, plan.views, people);
    return act(human, begins + (plan.forMs * i) / plan.humans, sender);
  });
  const done = await Promise.all(lives);
  over = true;
  await Promise.all([raging, sending]);
  return { done, storm };
}

async function act(human: Human, from: number, sender: Sender): Promise<Done> {
  const sent: Record<'cart' | 'order' | 'login' | 'view', Sent[]> = { cart: [], order: [], login: [], view: [] };
  for (const { afterMs, call, what } of human.deeds) {
    await pause(Math.max(0, from + afterMs - Date.now()));
    sent[what].push(sender.send(call));
  }
  return { human, carts: sent.cart, orders: sent.order, logins: sent.login };
}

type Listed = { readonly messages: readonly { readonly status: string }[] };

/** Those of whose mail nobody can know: a call went out, and no answer came. */
async function unknownOf(control: string, lost: readonly string[]): Promise<readonly string[]> {
  const looked = lost.slice(0, LOOKED_MAX).map(async (who) => {
    const { messages } = await ask<Listed>(`${control}/api/messages?userId=${who.split(' ')[0] ?? ''}`).catch((): Listed => ({
      messages: [],
    }));
    return messages.some(({ status }) => status === 'unknown') ? [who] : [];
  });
  return (await Promise.all(looked)).flat();
}
const LOOKED_MAX = 500;
