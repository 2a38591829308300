import { Module, type DynamicModule } from '@nestjs/common';
import { CLOCK, EVENT_LOG, HealthChecks, WATCH } from '@tripline/nest-kit';
import type { Clock, EventLog, Gatehouse, ProfileStore, Watch } from '@tripline/ports';
import { Scheduler } from '@tripline/services-scheduler';
import { SchedulerLife } from './scheduler-life.js';
import { SchedulerLogController } from './scheduler-log.controller.js';

export type SchedulerModuleOptions = {
  readonly gatehouse: Gatehouse;
  readonly profiles: ProfileStore;
  /** `assumed` writes marketing to who has not said no: for demonstrations. Required unless said otherwise. */
  readonly consent?: 'required' | 'assumed';
};

/** The scheduler as a part of a Nest application that has a `PortsModule`. */
@Module({})
export class SchedulerModule {
  static register({ gatehouse, profiles, consent = 'required' }: SchedulerModuleOptions): DynamicModule {
    const make = (log: EventLog, clock: Clock, watch: Watch): Scheduler =>
      new Scheduler({ gatehouse, profiles, log, clock, watch, policy: { consent } });
    const makeLife = (scheduler: Scheduler, checks: HealthChecks): SchedulerLife => new SchedulerLife(scheduler, checks);
    return {
      module: SchedulerModule,
      controllers: [SchedulerLogController],
      providers: [
        { provide: Scheduler, inject: [EVENT_LOG, CLOCK, WATCH], useFactory: make },
        { provide: SchedulerLife, inject: [Scheduler, HealthChecks], useFactory: makeLife },
      ],
    };
  }
}
