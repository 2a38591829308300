import { Stop, Wake } from '@tripline/ports';
import { Outbox } from '@tripline/services-control';
import { RecordingWatch } from '@tripline/testing-builders';
import type { Life } from './life.js';
import { place, portsOf, type Site } from './site.js';

/** What the control plane does by itself: its outbox, as it runs in production. */
export class ControlProcess {
  readonly life: Life;

  constructor(
    site: Site,
    readonly name: string,
  ) {
    const { life, wire, log, clock } = place(site, name);
    this.life = life;
    const { catalogue } = portsOf(site, wire);
    const ours = site.bug?.controlLog?.(log, site.world.chance.branch()) ?? log;
    const outbox = new Outbox({ catalogue, log: ours, clock, watch: new RecordingWatch(), wake: new Wake() });
    outbox.run(new Stop()).catch((error: unknown) => site.broken(`${name} ended: ${String(error)}`));
  }
}
