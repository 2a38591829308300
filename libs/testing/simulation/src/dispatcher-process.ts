import { GROUPS, TOPICS, type Channel } from '@tripline/model';
import { Dispatcher } from '@tripline/services-dispatcher';
import { RecordingWatch } from '@tripline/testing-builders';
import type { Life } from './life.js';
import { SimulatedProvider } from './simulated-provider.js';
import { place, portsOf, type Site } from './site.js';
import { CHANNELS } from './triggers.js';

/** A dispatcher as it runs in production, of several channels. */
export class DispatcherProcess {
  readonly life: Life;

  constructor(
    site: Site,
    readonly name: string,
  ) {
    const { life, wire, log, clock } = place(site, name);
    this.life = life;
    const { attempts, shelf, profiles } = portsOf(site, wire);
    const ours = site.bug?.dispatcherLog?.(log) ?? log;
    const halted = (error: unknown): void => site.broken(`${name} halted: ${String(error)}`);
    const serve = (channel: Channel): void => {
      const provider = new SimulatedProvider(channel, wire, site.handovers);
      const dispatcher = new Dispatcher({ provider, attempts, shelf, profiles, log: ours, clock, watch: new RecordingWatch() });
      const handle = dispatcher.onDispatches.bind(dispatcher);
      ours.read({ group: GROUPS.dispatcher(channel), topics: [TOPICS.dispatch[channel]], handle, halted }).catch(halted);
    };
    CHANNELS.forEach(serve);
  }
}
