import { makeDuration, makeInstant, plus } from '@tripline/kernel';
import type { Channel } from '@tripline/model';
import type { ChannelProvider, Message, SendResult } from '@tripline/ports';
import type { Call, Handovers } from './handovers.js';
import type { Wire } from './wire.js';

/** After this a call is given up: nobody knows what became of it. */
const PATIENCE_MS = 10_000;
const SLOW_MS = 9_000;
const RETRY_AFTER_MS = 20_000;
/** A call under way when its process is killed arrives all the same, so often. */
const SURVIVES = 0.7;

/** The party behind a channel: it takes a message, refuses it for good or for now, or is silent and has taken it or not. */
export class SimulatedProvider implements ChannelProvider {
  readonly name = 'simulated';

  constructor(
    readonly channel: Channel,
    private readonly wire: Wire,
    private readonly handovers: Handovers,
  ) {}

  async send({ id }: Message): Promise<SendResult> {
    const { life, weather } = this.wire;
    const { world } = life;
    const call: Call = { by: life.name, action: id, asked: world.now(), taken: false };
    this.handovers.calls.push(call);
    const slowMs = world.chance.happens(weather.providerSlow) ? world.chance.between(0, SLOW_MS) : 0;
    await this.wire.arrive(`${this.channel} ${id}`, SURVIVES, slowMs);
    const result = this.#fate();
    call.taken = result.kind === 'accepted' || (result.kind === 'unknown' && world.chance.happens(0.5));
    if (result.kind === 'unknown') await this.#silence();
    await this.wire.back(`answer to ${id}`);
    call.answer = result.kind;
    return result;
  }

  #fate(): SendResult {
    const { life, weather } = this.wire;
    const { chance } = life.world;
    if (chance.happens(weather.providerSilent)) return { kind: 'unknown', reason: 'timeout' };
    if (chance.happens(weather.providerRefuses)) return { kind: 'permanent', reason: 'rejected' };
    if (!chance.happens(weather.providerBusy)) return { kind: 'accepted', providerMessageId: 'taken' };
    if (chance.happens(0.5)) return { kind: 'retryable', reason: 'busy' };
    const retryAt = plus(makeInstant(life.now()), makeDuration(chance.between(0, RETRY_AFTER_MS)));
    return { kind: 'retryable', reason: 'busy', retryAt };
  }

  #silence(): Promise<void> {
    const { life } = this.wire;
    return new Promise((resolve) => life.world.in(PATIENCE_MS, `${life.name} waits no longer`, () => life.deliver(resolve)));
  }
}
