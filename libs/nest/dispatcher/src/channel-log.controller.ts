import { Controller, Inject, type Type } from '@nestjs/common';
import { GROUPS, TOPICS, type Channel } from '@tripline/model';
import { FromLog } from '@tripline/nest-kit';
import type { Batch } from '@tripline/ports';
import { Dispatcher } from '@tripline/services-dispatcher';

/** Under which a channel's dispatcher is provided. */
export const dispatcherOf = (channel: Channel): string => `dispatcher.${channel}`;

/** Makes the controller that gives the batches of one channel's topic to its dispatcher. */
export function makeChannelController(channel: Channel): Type {
  @Controller()
  class ChannelLogController {
    constructor(@Inject(dispatcherOf(channel)) private readonly dispatcher: Dispatcher) {}

    @FromLog(TOPICS.dispatch[channel], { group: GROUPS.dispatcher(channel) })
    onDispatches(batch: Batch): Promise<void> {
      return this.dispatcher.onDispatches(batch);
    }
  }
  Object.defineProperty(ChannelLogController, 'name', { value: `ChannelLogController(${channel})` });
  return ChannelLogController;
}
