import { Controller, Inject } from '@nestjs/common';
import { GROUPS, TOPICS } from '@tripline/model';
import { FromLog } from '@tripline/nest-kit';
import type { Batch } from '@tripline/ports';
import { IngestIntake, ReceiptIntake } from '@tripline/services-collector';

@Controller()
export class CollectorLogController {
  constructor(
    @Inject(IngestIntake) private readonly ingest: IngestIntake,
    @Inject(ReceiptIntake) private readonly receipts: ReceiptIntake,
  ) {}

  @FromLog(TOPICS.ingest, { group: GROUPS.collector })
  onIngest(batch: Batch): Promise<void> {
    return this.ingest.onIngest(batch);
  }

  @FromLog(TOPICS.import, { group: GROUPS.collector })
  onImport(batch: Batch): Promise<void> {
    return this.ingest.onIngest(batch);
  }

  @FromLog(TOPICS.receipts, { group: GROUPS.collector })
  onReceipts(batch: Batch): Promise<void> {
    return this.receipts.onReceipts(batch);
  }
}
