/** Injection tokens of what `PortsModule` provides. */
export const EVENT_LOG = Symbol('EventLog');
export const CLOCK = Symbol('Clock');
export const WATCH = Symbol('Watch');
export const METRICS_TEXT = Symbol('MetricsText');
