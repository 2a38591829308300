import { Processor, type ProcessorOptions } from '@tripline/services-processor';

export { ProcessorModule, type ProcessorModuleOptions } from './processor.module.js';
export { type ProcessorOptions } from '@tripline/services-processor';

/** Makes the processor of a process from its ports; given to `ProcessorModule.register`, and to whoever asks about a person's state. */
export const makeProcessor = (options: ProcessorOptions): Processor => new Processor(options);
