import { Module, type DynamicModule } from '@nestjs/common';
import { EVENT_LOG, HealthChecks, LogHooks } from '@tripline/nest-kit';
import type { EventLog, PersonStates } from '@tripline/ports';
import { Asking, Processor } from '@tripline/services-processor';
import { ASKING, PersonsController } from './persons.controller.js';
import { ProcessorLife } from './processor-life.js';
import { ProcessorLogController } from './processor-log.controller.js';

export type ProcessorModuleOptions = {
  /** Made by `makeProcessor`; also the port by which others in the process ask about a person. */
  readonly processor: Processor;
  /** A name of this process that outlives restarts: the same tasks come back to it. */
  readonly instance?: string;
  /** Where the other processors ask this one, and how one is asked there; without it only what is held here is answered. */
  readonly advertised?: { readonly address: string; readonly at: (address: string) => PersonStates };
};

/** The processor as a part of a Nest application that has a `PortsModule`. */
@Module({})
export class ProcessorModule {
  static register({ processor, instance, advertised }: ProcessorModuleOptions): DynamicModule {
    const makeLife = (hooks: LogHooks, checks: HealthChecks): ProcessorLife =>
      new ProcessorLife(processor, hooks, checks, instance, advertised?.address);
    const makeAsking = (log: EventLog): PersonStates =>
      advertised === undefined
        ? processor
        : new Asking({ here: processor, log, partitions: processor.partitions, ...advertised });
    return {
      module: ProcessorModule,
      controllers: [ProcessorLogController, PersonsController],
      providers: [
        { provide: Processor, useValue: processor },
        { provide: ASKING, inject: [EVENT_LOG], useFactory: makeAsking },
        { provide: ProcessorLife, inject: [LogHooks, HealthChecks], useFactory: makeLife },
      ],
    };
  }
}
