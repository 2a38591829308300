export { decide, HANDOVERS_MAX, PAUSE_LOOK, PROFILE_LOOK } from './decide.js';
export { STRICT, type Facts, type GatePolicy, type Look } from './gate-facts.js';
