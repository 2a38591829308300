import { Module } from '@nestjs/common';
import { openKafkaLog } from '@tripline/adapters-kafka';
import { openPostgres } from '@tripline/adapters-postgres';
import { makeLogger, PrometheusMeter, SystemClock } from '@tripline/adapters-system';
import { ALL_TOPICS } from '@tripline/model';
import { HealthModule, makeHttpApp, openApp, PortsModule, runUntilSignal } from '@tripline/nest-kit';
import { SchedulerModule } from '@tripline/nest-scheduler';
import { readSchedulerConfig } from './config.js';

const config = readSchedulerConfig();
const meter = new PrometheusMeter();
const watch = { logger: makeLogger('scheduler', config.LOG_LEVEL), meter };
const log = await openKafkaLog({ brokers: config.KAFKA_BROKERS, clientId: config.INSTANCE ?? 'tripline-scheduler', watch });
await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions: config.PARTITIONS })));
const postgres = await openPostgres({ url: config.DATABASE_URL, watch });

@Module({
  imports: [
    PortsModule.register({ log, clock: new SystemClock(), watch, metrics: meter }),
    HealthModule,
    SchedulerModule.register({ gatehouse: postgres.gatehouse, profiles: postgres.profiles, consent: config.CONSENT }),
  ],
})
class SchedulerApp {}

const app = await makeHttpApp(SchedulerApp);
const url = await openApp(app, { port: config.PORT });
watch.logger.info('scheduler.listening', { url, consent: config.CONSENT });
const ending = await runUntilSignal(app);
if (ending !== 'overdue') await Promise.all([log.close(), postgres.close()]);
watch.logger.info('scheduler.ended', { ending });
process.exit(ending === 'signal' ? 0 : 1);
