import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { assert } from '@tripline/kernel';
import { CLOCK, EVENT_LOG, HealthChecks, WATCH } from '@tripline/nest-kit';
import type { AttemptLedger, ChannelProvider, Clock, EventLog, ProfileStore, TemplateShelf, Watch } from '@tripline/ports';
import { Dispatcher, WebHub, type UnsubscribeUrl } from '@tripline/services-dispatcher';
import { dispatcherOf, makeChannelController } from './channel-log.controller.js';
import { DispatcherLife } from './dispatcher-life.js';
import { STREAM_KEYS, StreamController } from './stream.controller.js';
import { WebStreams } from './web-streams.js';

export type DispatcherModuleOptions = {
  /** One for each channel that this process serves. */
  readonly providers: readonly ChannelProvider[];
  readonly attempts: AttemptLedger;
  readonly shelf: TemplateShelf;
  readonly profiles: ProfileStore;
  readonly unsubscribeUrl?: UnsubscribeUrl;
  /** `GET /v1/stream` for browsers, fed by the hub (which is then the provider of `web`); the keys of `writeKeys` may open it. */
  readonly stream?: { readonly hub: WebHub; readonly writeKeys: Readonly<Record<string, string>> };
};

/** Dispatchers as a part of a Nest application that has a `PortsModule`: one channel, or several. */
@Module({})
export class DispatcherModule {
  static register(options: DispatcherModuleOptions): DynamicModule {
    const { providers, stream } = options;
    const channels = providers.map(({ channel }) => channel);
    assert(new Set(channels).size === channels.length, 'a channel has one provider');
    const makeLife = (checks: HealthChecks, ...dispatchers: Dispatcher[]): DispatcherLife =>
      new DispatcherLife(dispatchers, providers, checks);
    const lifeInject = [HealthChecks, ...channels.map(dispatcherOf)];
    return {
      module: DispatcherModule,
      controllers: [...channels.map(makeChannelController), ...(stream === undefined ? [] : [StreamController])],
      providers: [
        ...providers.map((provider) => dispatcherFor(provider, options)),
        { provide: DispatcherLife, inject: lifeInject, useFactory: makeLife },
        ...(stream === undefined ? [] : streamProviders(stream)),
      ],
    };
  }
}

function dispatcherFor(provider: ChannelProvider, options: DispatcherModuleOptions): Provider {
  const { attempts, shelf, profiles, unsubscribeUrl } = options;
  const optional = unsubscribeUrl === undefined ? {} : { unsubscribeUrl };
  const make = (log: EventLog, clock: Clock, watch: Watch): Dispatcher =>
    new Dispatcher({ provider, attempts, shelf, profiles, log, clock, watch, ...optional });
  return { provide: dispatcherOf(provider.channel), inject: [EVENT_LOG, CLOCK, WATCH], useFactory: make };
}

const streamProviders = ({ hub, writeKeys }: NonNullable<DispatcherModuleOptions['stream']>): Provider[] => [
  { provide: WebHub, useValue: hub },
  { provide: STREAM_KEYS, useValue: new Set(Object.keys(writeKeys)) },
  { provide: WebStreams, inject: [WebHub], useFactory: (one: WebHub) => new WebStreams(one) },
];
