export { type ControlOptions } from './control-options.js';
export { ControlModule } from './control.module.js';
