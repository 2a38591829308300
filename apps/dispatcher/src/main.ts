import { Module } from '@nestjs/common';
import { openKafkaLog } from '@tripline/adapters-kafka';
import { openPostgres } from '@tripline/adapters-postgres';
import { makeSendGridProvider } from '@tripline/adapters-sendgrid';
import { makeLogger, PrometheusMeter, SystemClock } from '@tripline/adapters-system';
import { makeTwilioProvider } from '@tripline/adapters-twilio';
import { makeWebhookProvider } from '@tripline/adapters-webhook';
import { ALL_TOPICS } from '@tripline/model';
import { DispatcherModule, makeMailboxProvider, WebHub } from '@tripline/nest-dispatcher';
import { HealthModule, makeHttpApp, openApp, PortsModule, runUntilSignal } from '@tripline/nest-kit';
import type { ChannelProvider } from '@tripline/ports';
import { readDispatcherConfig } from './config.js';

const config = readDispatcherConfig();
const { CHANNEL: channel, PARTITIONS: partitions } = config;
const meter = new PrometheusMeter();
const watch = { logger: makeLogger(`dispatcher.${channel}`, config.LOG_LEVEL), meter };
const clock = new SystemClock();
const clientId = config.INSTANCE ?? `tripline-dispatcher-${channel}`;
const log = await openKafkaLog({ brokers: config.KAFKA_BROKERS, clientId, watch });
await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions })));
const postgres = await openPostgres({ url: config.DATABASE_URL, watch });
const hub = new WebHub(clock, watch);

/** What the provider cannot do without is there: the configuration was checked. */
function makeProvider(): ChannelProvider {
  const { MAIL_FROM: from = '', SENDGRID_BASE_URL, TWILIO_BASE_URL, TWILIO_STATUS_CALLBACK, WEBHOOK_ALLOW: allow = [] } = config;
  switch (config.PROVIDER) {
    case 'mailbox':
      return makeMailboxProvider(channel, postgres.mailbox);
    case 'sendgrid': {
      const baseUrl = SENDGRID_BASE_URL === undefined ? {} : { baseUrl: SENDGRID_BASE_URL };
      return makeSendGridProvider({ apiKey: config.SENDGRID_API_KEY ?? '', from, sandbox: config.SENDGRID_SANDBOX, ...baseUrl });
    }
    case 'twilio': {
      const { TWILIO_ACCOUNT_SID: accountSid = '', TWILIO_AUTH_TOKEN: authToken = '', TWILIO_FROM: sender = '' } = config;
      const baseUrl = TWILIO_BASE_URL === undefined ? {} : { baseUrl: TWILIO_BASE_URL };
      const callback = TWILIO_STATUS_CALLBACK === undefined ? {} : { statusCallback: TWILIO_STATUS_CALLBACK };
      return makeTwilioProvider({ accountSid, authToken, from: sender, ...baseUrl, ...callback });
    }
    case 'webhook':
      return makeWebhookProvider({ secrets: config.WEBHOOK_SECRETS ?? {}, allow, allowHttp: config.WEBHOOK_ALLOW_HTTP });
    case 'stream':
      return hub;
  }
}

@Module({
  imports: [
    PortsModule.register({ log, clock, watch, metrics: meter }),
    HealthModule,
    DispatcherModule.register({
      providers: [makeProvider()],
      attempts: postgres.attempts,
      shelf: postgres.shelf,
      profiles: postgres.profiles,
      ...(config.PROVIDER === 'stream' ? { stream: { hub, writeKeys: config.WRITE_KEYS ?? {} } } : {}),
    }),
  ],
})
class DispatcherApp {}

const app = await makeHttpApp(DispatcherApp);
const url = await openApp(app, { port: config.PORT });
watch.logger.info('dispatcher.listening', { url, channel, provider: config.PROVIDER });
const ending = await runUntilSignal(app);
if (ending !== 'overdue') await Promise.all([log.close(), postgres.close()]);
watch.logger.info('dispatcher.ended', { ending });
process.exit(ending === 'signal' ? 0 : 1);
