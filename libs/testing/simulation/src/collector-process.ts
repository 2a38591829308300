import { encodeUtf8, type JsonObject } from '@tripline/kernel';
import { GROUPS, TOPICS } from '@tripline/model';
import type { Batch, Clock } from '@tripline/ports';
import { HttpIntake, IngestIntake, ReceiptIntake, type CallType } from '@tripline/services-collector';
import { RecordingWatch } from '@tripline/testing-builders';
import type { Life } from './life.js';
import { place, type Site } from './site.js';

const WRITE_KEY = 'key';

/** A collector as it runs in production: three topics in one group, and calls over HTTP. */
export class CollectorProcess {
  readonly life: Life;
  readonly #http: HttpIntake;
  readonly #clock: Clock;

  constructor(
    site: Site,
    readonly name: string,
  ) {
    const { life, log, clock } = place(site, name);
    this.life = life;
    this.#clock = clock;
    const ours = site.bug?.collectorLog?.(log, site.world.chance.branch()) ?? log;
    const watch = new RecordingWatch();
    this.#http = new HttpIntake({ log: ours, watch, writeKeys: { [WRITE_KEY]: 'shop' } });
    const [ingest, receipts] = [new IngestIntake(ours, watch), new ReceiptIntake(ours, watch)];
    const handle = (batch: Batch): Promise<void> =>
      batch.topic === TOPICS.receipts ? receipts.onReceipts(batch) : ingest.onIngest(batch);
    const topics = [TOPICS.ingest, TOPICS.import, TOPICS.receipts];
    const halted = (error: unknown): void => site.broken(`${name} halted: ${String(error)}`);
    ours.read({ group: GROUPS.collector, topics, handle, halted }).catch(halted);
  }

  /** True: answered 200. */
  async take(kind: CallType, call: JsonObject): Promise<boolean> {
    const received = this.#clock.now();
    const answer = await this.#http.take({ kind, bytes: encodeUtf8(JSON.stringify(call)), key: WRITE_KEY, path: kind, received });
    return answer.kind === 'accepted' && answer.rejected.length === 0;
  }
}
