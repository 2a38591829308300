import { Module, type DynamicModule } from '@nestjs/common';
import { HealthChecks, LogHooks } from '@tripline/nest-kit';
import { Processor } from '@tripline/services-processor';
import { PersonsController } from './persons.controller.js';
import { ProcessorLife } from './processor-life.js';
import { ProcessorLogController } from './processor-log.controller.js';

export type ProcessorModuleOptions = {
  /** Made by `makeProcessor`; also the port by which others in the process ask about a person. */
  readonly processor: Processor;
  /** A name of this process that outlives restarts: the same tasks come back to it. */
  readonly instance?: string;
};

/** The processor as a part of a Nest application that has a `PortsModule`. */
@Module({})
export class ProcessorModule {
  static register({ processor, instance }: ProcessorModuleOptions): DynamicModule {
    const makeLife = (hooks: LogHooks, checks: HealthChecks): ProcessorLife =>
      new ProcessorLife(processor, hooks, checks, instance);
    return {
      module: ProcessorModule,
      controllers: [ProcessorLogController, PersonsController],
      providers: [
        { provide: Processor, useValue: processor },
        { provide: ProcessorLife, inject: [LogHooks, HealthChecks], useFactory: makeLife },
      ],
    };
  }
}
