export { advance } from './advance.js';
export { compileSegment } from './compile-segment.js';
export { type CompiledSegment } from './compiled-segment.js';
export { compileTrigger } from './compile-trigger.js';
export { toldOf, type TakenBy, type Told } from './told.js';
export { type TraceEntry, type Tracer } from './trace.js';
export { type CompiledTrigger, type SegmentNamed } from './compiled-trigger.js';
export {
  applyControl,
  DRAINING_MAX,
  encodeDefinitions,
  parseDefinitions,
  type Definition,
  type Definitions,
} from './definitions.js';
export { describePerson } from './describe-person.js';
export { reachedUs, type Advanced, type GoalReached, type Input, type Notice, type Output, type Tell } from './input.js';
export { pack, unpack } from './packed.js';
export { decodePerson, encodePerson, packPerson, unpackPerson } from './person-codec.js';
export { type PersonState } from './person-state.js';
export { outcomeEvent, PersonPlay, type PlayOptions } from './person-play.js';
export { ENDLESS_PLAY, playEvents, playExamples, type ExampleResult, type Played } from './play.js';
export { makeProgram, type Program, type ProgramOptions, type ProgramProblem } from './program.js';
export { propertiesRead } from './properties-read.js';
export { nextTimer, type PendingTimer } from './timers.js';
export { findZone } from './zones.js';
