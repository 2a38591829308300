export { Chance } from './chance.js';
export { FAULTS, HUMANS, planOf, simulate, type Outcome, type Plan } from './simulate.js';
export { type Bug } from './site.js';
