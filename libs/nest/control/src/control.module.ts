import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { CLOCK, EVENT_LOG, HealthChecks, WATCH } from '@tripline/nest-kit';
import { Wake, type Clock, type EventLog, type Watch } from '@tripline/ports';
import { EventCounter, History, LiveFeed, Outbox, Publisher, SettingsOffice } from '@tripline/services-control';
import { ClockController, SkipAheadController } from './clock.controller.js';
import { CONTROL_OPTIONS, type ControlOptions } from './control-options.js';
import { DocumentsController } from './documents.controller.js';
import { EventCounterLife } from './event-counter-life.js';
import { EventsController } from './events.controller.js';
import { HistoryController } from './history.controller.js';
import { LiveController } from './live.controller.js';
import { LiveStreams } from './live-streams.js';
import { MessagesController } from './messages.controller.js';
import { OpenApiController } from './openapi.controller.js';
import { OutboxLife } from './outbox-life.js';
import { PageController } from './page.controller.js';
import { PolicyController } from './policy.controller.js';
import { SettingsController } from './settings.controller.js';

const CONTROLLERS = [
  DocumentsController,
  EventsController,
  MessagesController,
  PolicyController,
  ClockController,
  HistoryController,
  SettingsController,
  LiveController,
  OpenApiController,
  PageController,
];

/** The control plane as a part of a Nest application that has a `PortsModule`: the REST API, the page, and the outbox. */
@Module({})
export class ControlModule {
  static register(options: ControlOptions): DynamicModule {
    return {
      module: ControlModule,
      controllers: [...CONTROLLERS, ...(options.skipAhead === undefined ? [] : [SkipAheadController])],
      providers: [{ provide: CONTROL_OPTIONS, useValue: options }, ...providersOf(options)],
    };
  }
}

function providersOf({ catalogue, events, reader }: ControlOptions): Provider[] {
  const wake = new Wake();
  const makeOutbox = (log: EventLog, clock: Clock, watch: Watch): Outbox => new Outbox({ catalogue, log, clock, watch, wake });
  const makeHistory = (log: EventLog, clock: Clock): History => new History({ catalogue, log, clock, outbox: wake });
  const makeSettings = (clock: Clock): SettingsOffice => new SettingsOffice({ catalogue, clock, outbox: wake });
  const makePublisher = (clock: Clock, counting: EventCounter, settings: SettingsOffice): Publisher =>
    new Publisher({ catalogue, events, counting, reader, settings, clock, outbox: wake });
  const makeCounter = (log: EventLog, clock: Clock, watch: Watch): EventCounter =>
    new EventCounter({ log, memory: events, clock, watch });
  const makeCounterLife = (counter: EventCounter, checks: HealthChecks): EventCounterLife =>
    new EventCounterLife(counter, checks);
  return [
    { provide: Wake, useValue: wake },
    { provide: EventCounter, inject: [EVENT_LOG, CLOCK, WATCH], useFactory: makeCounter },
    { provide: EventCounterLife, inject: [EventCounter, HealthChecks], useFactory: makeCounterLife },
    { provide: Outbox, inject: [EVENT_LOG, CLOCK, WATCH], useFactory: makeOutbox },
    { provide: Publisher, inject: [CLOCK, EventCounter, SettingsOffice], useFactory: makePublisher },
    { provide: History, inject: [EVENT_LOG, CLOCK], useFactory: makeHistory },
    { provide: SettingsOffice, inject: [CLOCK], useFactory: makeSettings },
    { provide: LiveFeed, inject: [EVENT_LOG], useFactory: (log: EventLog) => new LiveFeed(log) },
    { provide: LiveStreams, inject: [LiveFeed], useFactory: (feed: LiveFeed) => new LiveStreams(feed) },
    {
      provide: OutboxLife,
      inject: [Outbox, HealthChecks],
      useFactory: (outbox: Outbox, checks: HealthChecks) => new OutboxLife(outbox, checks),
    },
  ];
}
