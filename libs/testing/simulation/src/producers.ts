import { encodeUtf8, formatInstant, makeInstant, type Instant, type JsonObject } from '@tripline/kernel';
import { TOPICS } from '@tripline/model';
import type { EventLog } from '@tripline/ports';
import type { CollectorProcess } from './collector-process.js';
import type { Deed } from './people.js';
import { place, type Site } from './site.js';

const PATIENCE_MS = 1_500;
const RETRY_MS = 400;

/** Those who send: they send again until they are told that it has arrived. */
export class Producers {
  /** When each deed was first known to have arrived: answered 200, or acknowledged by `tripline.ingest`. */
  readonly acknowledged = new Map<string, Instant>();
  readonly #ingest: EventLog;
  #open: number;

  constructor(
    private readonly site: Site,
    private readonly collectors: () => readonly CollectorProcess[],
    private readonly deeds: readonly Deed[],
    private readonly begin: Instant,
  ) {
    this.#ingest = place(site, 'producer').log;
    this.#open = deeds.length;
    for (const deed of deeds) site.world.in(deed.afterMs, `${deed.id} is due`, () => void this.#send(deed));
  }

  get done(): boolean {
    return this.#open === 0;
  }

  async #send(deed: Deed): Promise<void> {
    const call = callOf(deed, this.begin);
    for (let i = 0; i < deed.times; i++) await this.#until(deed, () => this.#attempt(deed, call));
    this.#open--;
  }

  async #until(deed: Deed, attempt: () => Promise<boolean>): Promise<void> {
    const { world } = this.site;
    while (!(await attempt())) await world.pause(world.chance.between(0, RETRY_MS), `${deed.id} again`);
    if (!this.acknowledged.has(deed.id)) this.acknowledged.set(deed.id, world.now());
  }

  #attempt(deed: Deed, call: JsonObject): Promise<boolean> {
    if (deed.way === 'http') return this.#post(deed, call);
    const value = encodeUtf8(JSON.stringify({ type: typeOf(deed), ...call }));
    return this.#ingest.append([{ topic: TOPICS.ingest, key: null, value }]).then(
      () => true,
      () => false,
    );
  }

  /** To any of the collectors, also to one that is gone: then nobody answers. */
  #post(deed: Deed, call: JsonObject): Promise<boolean> {
    const { world } = this.site;
    const collector = world.chance.one(this.collectors());
    const { latencyMs } = this.site.weather;
    return new Promise((resolve) => {
      world.in(PATIENCE_MS, `${deed.id} waits no longer`, () => resolve(false));
      const answer = (ok: boolean): void => world.in(latencyMs, `${deed.id} is answered ${ok}`, () => resolve(ok));
      const take = (): void => void collector.take(typeOf(deed), call).then(answer, () => answer(false));
      world.in(latencyMs, `${deed.id} to ${collector.name}`, () => collector.life.deliver(take));
    });
  }
}

const typeOf = ({ name }: Deed): 'identify' | 'track' => (name === 'identify' ? 'identify' : 'track');

function callOf({ id, person, device, address, name, key, happenedMs }: Deed, begin: Instant): JsonObject {
  const ids = person.startsWith('u:') ? { userId: person.slice(2) } : { anonymousId: person.slice(2) };
  const anonymous = device === undefined ? {} : { anonymousId: device };
  const traits = address === undefined ? {} : { traits: { email: address } };
  const what = name === 'identify' ? {} : { event: name, properties: { k: key } };
  return { messageId: id, ...ids, ...anonymous, ...traits, timestamp: formatInstant(makeInstant(begin + happenedMs)), ...what };
}
