export { type ControlOptions } from './control-options.js';
export { ControlModule } from './control.module.js';
export { SkipAhead } from '@tripline/services-control';
