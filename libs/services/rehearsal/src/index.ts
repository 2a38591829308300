export { type Firing, type TakenEvents } from './firing.js';
export { type Line, type LineSource } from './line-source.js';
export { readLine, type LineProblem, type ReceivedCall } from './read-line.js';
export { rehearse, type ParseCall, type RehearsalCounts, type RehearsalOptions } from './rehearse.js';
export { tryTrigger, type ExampleTrial, type Trial } from './trial.js';
