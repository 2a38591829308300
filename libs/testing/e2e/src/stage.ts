import { addressOf, newPerson, Shopper } from './shopper.js';
import { eventually, messagesOf, post, type System } from './system.js';

const trigger = (system: System, name: string, rest: string): string =>
  `kind: trigger\nname: ${name}\npurpose: transactional\ntime: { settle: ${system.settle.text} }\n${rest}`;

const SEND = 'do: [{ id: mail, email: e2e-mail }]\n';

const cartTrigger = (system: System, name: string): string =>
  trigger(
    system,
    name,
    `by: cartId
when:
  - { event: ${name}.added, as: cart }
  - { not: ${name}.ordered, for: ${system.window.text} }
exit: [{ event: ${name}.ordered }]
${SEND}`,
  );

/** The documents of the scenarios; each scenario's people are its own. */
const documents = (system: System): string[] => [
  'kind: template\nname: e2e-mail\nchannel: email\nsubject: You left something\ntext: "Dear {{ user.name }}, your cart waits."\n',
  cartTrigger(system, 'e2e-cart'),
  cartTrigger(system, 'e2e-held'),
  trigger(system, 'e2e-once', `when: [{ event: e2e-once.done }]\nonRepeat: parallel\n${SEND}`),
  trigger(system, 'e2e-silence', `when: [{ inactive: e2e-silence.login, for: ${system.window.text} }]\n${SEND}`),
];

/** A running system with the scenarios' triggers in force, and what scenarios do there. */
export class Stage {
  #system: System | undefined;
  #shopper: Shopper | undefined;

  constructor(private readonly open: () => Promise<System>) {}

  get system(): System {
    if (this.#system === undefined) throw new Error('the stage is not raised');
    return this.#system;
  }

  get shopper(): Shopper {
    if (this.#shopper === undefined) throw new Error('the stage is not raised');
    return this.#shopper;
  }

  async raise(): Promise<void> {
    this.#system = await this.open();
    this.#shopper = new Shopper(this.system);
    for (const document of documents(this.system)) await post(`${this.system.controlUrl}/api/triggers`, document);
    await eventually('the triggers to be in force', () => this.#inForce());
  }

  async strike(): Promise<void> {
    await this.#shopper?.close();
    await this.#system?.stop();
  }

  /** A new person with an address; with `like`, of the same task as that one. */
  async someone(label: string, like?: string): Promise<string> {
    const userId = newPerson(this.system, label, like);
    await this.shopper.identify(userId, { email: addressOf(userId), name: label });
    return userId;
  }

  /** That person logs in on this device. */
  login(userId: string, anonymousId: string): Promise<void> {
    return this.shopper.identify(userId, { email: addressOf(userId) }, anonymousId);
  }

  async sent(userId: string): Promise<number> {
    return (await messagesOf(this.system, userId)).filter(({ status }) => status === 'sent').length;
  }

  untilSent(userId: string, count = 1): Promise<true> {
    return eventually(`${count} to ${userId}`, async () => ((await this.sent(userId)) >= count ? true : undefined));
  }

  /** Waits until somebody of the same task, who did `event` after `userId` and then nothing, has heard from us: by then `userId` would have. */
  async untilOthersHeard(userId: string, event: string): Promise<void> {
    const other = await this.someone('other', userId);
    await this.shopper.track(other, event, { cartId: 'other' });
    await this.system.pass(this.system.window.ms + this.system.settle.ms);
    await this.untilSent(other);
  }

  async #inForce(): Promise<true | undefined> {
    const probe = await this.someone('probe');
    await this.shopper.track(probe, 'e2e-once.done');
    const heard = async (): Promise<true | undefined> => ((await this.sent(probe)) > 0 ? true : undefined);
    return eventually('the first message', heard, 5_000).catch(() => undefined);
  }
}
