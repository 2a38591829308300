export { advance } from './advance.js';
export { advanceOrSetAside, setAside, type Taken } from './aside.js';
export { compileSegment } from './compile/compile-segment.js';
export { type CompiledSegment } from './compile/compiled-segment.js';
export { compileTrigger } from './compile/compile-trigger.js';
export { toldOf, type TakenBy, type Told } from './explain/told.js';
export { type TraceEntry, type Tracer } from './explain/trace.js';
export { type CompiledTrigger, type SegmentNamed } from './compile/compiled-trigger.js';
export {
  applyControl,
  DRAINING_MAX,
  encodeDefinitions,
  parseDefinitions,
  semanticsOf,
  settingsOf,
  type Definition,
  type Definitions,
} from './compile/definitions.js';
export { describePerson } from './person/describe-person.js';
export { reachedUs, type Advanced, type GoalReached, type Input, type Notice, type Output, type Tell } from './input.js';
export { pack, unpack } from './person/packed.js';
export { decodePerson, encodePerson, packPerson, unpackPerson } from './person/person-codec.js';
export { EMPTY_PERSON, type PersonState } from './person/person-state.js';
export { outcomeEvent, PersonPlay, type PlayOptions } from './play/person-play.js';
export { ENDLESS_PLAY, playEvents, playExamples, type ExampleResult, type Played } from './play/play.js';
export { makeProgram, type Program, type ProgramOptions, type ProgramProblem } from './compile/program.js';
export { propertiesRead } from './compile/properties-read.js';
export { nextTimer, type PendingTimer } from './timers.js';
export { SEMANTICS, SEMANTICS_KNOWN, SEMANTICS_MAX, SEMANTICS_MIN, type SemanticsRange } from './compile/semantics.js';
export { findZone, ZONE_DATA_VERSION } from './calendar/zones.js';
