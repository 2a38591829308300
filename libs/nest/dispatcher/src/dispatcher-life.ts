import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { HealthChecks } from '@tripline/nest-kit';
import type { ChannelProvider } from '@tripline/ports';
import type { Dispatcher } from '@tripline/services-dispatcher';

/** Ends the dispatchers with their application: calls under way end, the rest of a batch is left to the next owner. */
@Injectable()
export class DispatcherLife implements BeforeApplicationShutdown {
  constructor(
    private readonly dispatchers: readonly Dispatcher[],
    providers: readonly ChannelProvider[],
    checks: HealthChecks,
  ) {
    const channels = Object.fromEntries(providers.map(({ channel, name }) => [channel, name]));
    checks.add('dispatcher', () => ({ ok: true, channels }));
  }

  beforeApplicationShutdown(): void {
    for (const dispatcher of this.dispatchers) dispatcher.stop();
  }
}
