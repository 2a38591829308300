import { Module } from '@nestjs/common';
import { HttpPersonStates } from '@tripline/adapters-http';
import { openKafkaLog } from '@tripline/adapters-kafka';
import { openPostgres } from '@tripline/adapters-postgres';
import { makeLogger, PrometheusMeter, SystemClock } from '@tripline/adapters-system';
import { YamlReader } from '@tripline/adapters-yaml';
import { ALL_TOPICS } from '@tripline/model';
import { ControlModule } from '@tripline/nest-control';
import { HealthModule, makeHttpApp, openApp, PortsModule, runUntilSignal } from '@tripline/nest-kit';
import { readControlConfig } from './config.js';

const config = readControlConfig();
const { PARTITIONS: partitions, API_TOKEN: token } = config;
const meter = new PrometheusMeter();
const watch = { logger: makeLogger('control', config.LOG_LEVEL), meter };
const log = await openKafkaLog({ brokers: config.KAFKA_BROKERS, clientId: config.INSTANCE ?? 'tripline-control', watch });
await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions })));
const postgres = await openPostgres({ url: config.DATABASE_URL, watch });
const { catalogue, events, messages, mailbox, consents, switches } = postgres;

@Module({
  imports: [
    PortsModule.register({ log, clock: new SystemClock(), watch, metrics: meter }),
    HealthModule,
    ControlModule.register({
      ...{ catalogue, events, messages, mailbox, consents, switches },
      states: new HttpPersonStates(config.PROCESSOR_URLS),
      reader: new YamlReader(),
      ...(token === undefined ? {} : { token }),
    }),
  ],
})
class ControlApp {}

const app = await makeHttpApp(ControlApp);
const url = await openApp(app, { port: config.PORT });
watch.logger.info('control.listening', { url, open: token === undefined });
const ending = await runUntilSignal(app);
if (ending !== 'overdue') await Promise.all([log.close(), postgres.close()]);
watch.logger.info('control.ended', { ending });
process.exit(ending === 'signal' ? 0 : 1);
