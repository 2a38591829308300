import { Module } from '@nestjs/common';
import { openKafkaLog } from '@tripline/adapters-kafka';
import { makeLogger, PrometheusMeter, SystemClock } from '@tripline/adapters-system';
import { ALL_TOPICS } from '@tripline/model';
import { CollectorModule } from '@tripline/nest-collector';
import { HealthModule, makeHttpApp, openApp, PortsModule, runUntilSignal } from '@tripline/nest-kit';
import { readCollectorConfig } from './config.js';

const config = readCollectorConfig();
const meter = new PrometheusMeter();
const watch = { logger: makeLogger('collector', config.LOG_LEVEL), meter };
const log = await openKafkaLog({ brokers: config.KAFKA_BROKERS, clientId: config.INSTANCE ?? 'tripline-collector', watch });
await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions: config.PARTITIONS })));

@Module({
  imports: [
    PortsModule.register({ log, clock: new SystemClock(), watch, metrics: meter }),
    HealthModule,
    CollectorModule.register({ writeKeys: config.WRITE_KEYS }),
  ],
})
class CollectorApp {}

const app = await makeHttpApp(CollectorApp);
const url = await openApp(app, { port: config.PORT });
watch.logger.info('collector.listening', { url });
const ending = await runUntilSignal(app);
if (ending !== 'overdue') await log.close();
watch.logger.info('collector.ended', { ending });
process.exit(ending === 'signal' ? 0 : 1);
