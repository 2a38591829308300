export { advance, decodePerson, describePerson, encodePerson, nextTimer } from './advance.js';
export {
  applyControl,
  DRAINING_MAX,
  encodeDefinitions,
  parseDefinitions,
  type Definition,
  type Definitions,
} from './definitions.js';
export { type Advanced, type Input, type Notice, type Output } from './input.js';
export { type PersonState } from './person-state.js';
export { compileTrigger, makeProgram, type CompiledTrigger, type Program } from './program.js';
