import { Module, type DynamicModule } from '@nestjs/common';
import { EVENT_LOG, WATCH } from '@tripline/nest-kit';
import type { EventLog, Watch } from '@tripline/ports';
import { HttpIntake, IngestIntake, ReceiptIntake } from '@tripline/services-collector';
import { BrowserAccess } from './browser-access.js';
import { CallsController } from './calls.controller.js';
import { CollectorLogController } from './collector-log.controller.js';

export type CollectorOptions = {
  /** Each write key with the name of its source. */
  readonly writeKeys: Readonly<Record<string, string>>;
};

/** The ways in: Segment's HTTP API under `/v1`, `tripline.ingest`, `tripline.import`, and receipts. Needs the process's `PortsModule`. */
@Module({})
export class CollectorModule {
  static register({ writeKeys }: CollectorOptions): DynamicModule {
    const makeHttp = (log: EventLog, watch: Watch): HttpIntake => new HttpIntake({ log, watch, writeKeys });
    const makeIngest = (log: EventLog, watch: Watch): IngestIntake => new IngestIntake(log, watch);
    const makeReceipts = (log: EventLog, watch: Watch): ReceiptIntake => new ReceiptIntake(log, watch);
    const inject = [EVENT_LOG, WATCH];
    return {
      module: CollectorModule,
      controllers: [CallsController, CollectorLogController],
      providers: [
        BrowserAccess,
        { provide: HttpIntake, inject, useFactory: makeHttp },
        { provide: IngestIntake, inject, useFactory: makeIngest },
        { provide: ReceiptIntake, inject, useFactory: makeReceipts },
      ],
    };
  }
}
