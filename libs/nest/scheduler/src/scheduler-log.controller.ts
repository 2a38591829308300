import { Controller, Inject } from '@nestjs/common';
import { GROUPS, TOPICS } from '@tripline/model';
import { FromLog } from '@tripline/nest-kit';
import type { Batch } from '@tripline/ports';
import { Scheduler } from '@tripline/services-scheduler';

@Controller()
export class SchedulerLogController {
  constructor(@Inject(Scheduler) private readonly scheduler: Scheduler) {}

  @FromLog(TOPICS.actions, { group: GROUPS.scheduler })
  onActions(batch: Batch): Promise<void> {
    return this.scheduler.onActions(batch);
  }

  @FromLog(TOPICS.profiles, { group: GROUPS.scheduler })
  onProfiles(batch: Batch): Promise<void> {
    return this.scheduler.onProfiles(batch);
  }

  @FromLog(TOPICS.receipts, { group: GROUPS.scheduler })
  onReceipts(batch: Batch): Promise<void> {
    return this.scheduler.onReceipts(batch);
  }
}
