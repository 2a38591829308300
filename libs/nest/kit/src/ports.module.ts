import { Module, type DynamicModule } from '@nestjs/common';
import type { Clock, EventLog, Watch } from '@tripline/ports';
import { HealthChecks } from './health-checks.js';
import { LogHooks } from './log-hooks.js';
import { LogStrategy } from './log-strategy.js';
import type { MetricsText } from './metrics-text.js';
import { CLOCK, EVENT_LOG, METRICS_TEXT, WATCH } from './tokens.js';

export type PortsOptions = {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly watch: Watch;
  /** What `/metrics` answers; usually the meter itself. */
  readonly metrics?: MetricsText;
};

/** What every service in a process shares: the log, the clock, the watch, and the strategy that reads the log for all of them. Global. */
@Module({})
export class PortsModule {
  static register({ log, clock, watch, metrics }: PortsOptions): DynamicModule {
    const makeStrategy = (hooks: LogHooks, checks: HealthChecks): LogStrategy => new LogStrategy(log, watch, hooks, checks);
    return {
      module: PortsModule,
      global: true,
      providers: [
        { provide: EVENT_LOG, useValue: log },
        { provide: CLOCK, useValue: clock },
        { provide: WATCH, useValue: watch },
        { provide: METRICS_TEXT, useValue: metrics ?? null },
        HealthChecks,
        LogHooks,
        { provide: LogStrategy, inject: [LogHooks, HealthChecks], useFactory: makeStrategy },
      ],
      exports: [EVENT_LOG, CLOCK, WATCH, METRICS_TEXT, HealthChecks, LogHooks, LogStrategy],
    };
  }
}
