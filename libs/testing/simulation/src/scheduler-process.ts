import { GROUPS, TOPICS } from '@tripline/model';
import { Stop, type Batch } from '@tripline/ports';
import { Scheduler } from '@tripline/services-scheduler';
import { RecordingWatch } from '@tripline/testing-builders';
import type { Life } from './life.js';
import { place, portsOf, type Site } from './site.js';

/** A scheduler as it runs in production: three topics in one group, and its gate. */
export class SchedulerProcess {
  readonly life: Life;

  constructor(
    site: Site,
    readonly name: string,
  ) {
    const { life, wire, log, clock } = place(site, name);
    this.life = life;
    const { gatehouse, profiles } = portsOf(site, wire);
    const ours = site.bug?.schedulerLog?.(log) ?? log;
    const parts = { gatehouse, profiles, log: ours, clock, watch: new RecordingWatch() };
    const scheduler = new Scheduler({ ...parts, policy: { consent: 'assumed' } });
    const handle = (batch: Batch): Promise<void> => {
      if (batch.topic === TOPICS.actions) return scheduler.onActions(batch);
      return batch.topic === TOPICS.profiles ? scheduler.onProfiles(batch) : scheduler.onReceipts(batch);
    };
    const topics = [TOPICS.actions, TOPICS.profiles, TOPICS.receipts];
    const halted = (error: unknown): void => site.broken(`${name} halted: ${String(error)}`);
    ours.read({ group: GROUPS.scheduler, topics, handle, halted }).catch(halted);
    scheduler.runGate(new Stop()).catch(halted);
  }
}
