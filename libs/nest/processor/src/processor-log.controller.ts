import { Controller } from '@nestjs/common';
import { GROUPS, TOPICS } from '@tripline/model';
import { FromLog } from '@tripline/nest-kit';
import type { Batch } from '@tripline/ports';
import { Processor } from '@tripline/services-processor';

/** Gives the batches of `tripline.events` to the tasks. */
@Controller()
export class ProcessorLogController {
  constructor(private readonly processor: Processor) {}

  @FromLog(TOPICS.events, { group: GROUPS.processor })
  onEvents(batch: Batch): Promise<void> {
    return this.processor.handle(batch);
  }
}
