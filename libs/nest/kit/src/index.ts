import 'reflect-metadata';

export { RawBytes } from './body-reader.js';
export { ConfigError, describeConfig, readConfig } from './config.js';
export { FromLog, LOG_TRANSPORT, type FromLogExtras } from './from-log.js';
export { HealthChecks, type Health, type HealthAnswer, type HealthCheck } from './health-checks.js';
export { HealthModule } from './health.module.js';
export { BODY_BYTES_MAX, makeHttpApp, openApp, type HttpAppOptions } from './http-app.js';
export { HttpProblem, sayingWhy, type ProblemBody } from './http-problem.js';
export { LogHooks, type GroupHooks } from './log-hooks.js';
export { LogStrategy } from './log-strategy.js';
export { type MetricsText } from './metrics-text.js';
export { PortsModule, type PortsOptions } from './ports.module.js';
export { DRAIN_MAX_MS, runUntilSignal, type Ending } from './run-until-signal.js';
export { INSTANCE, KAFKA_BROKERS, listSetting, LOG_LEVEL, partitionsSetting, portSetting } from './settings.js';
export { CLOCK, EVENT_LOG, METRICS_TEXT, WATCH } from './tokens.js';
