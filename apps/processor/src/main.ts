import { hostname } from 'node:os';
import { Module } from '@nestjs/common';
import { openDirectoryObjects } from '@tripline/adapters-directory';
import { packObjects } from '@tripline/adapters-gzip';
import { HttpPersonStates } from '@tripline/adapters-http';
import { openKafkaLog } from '@tripline/adapters-kafka';
import { LmdbStateStore } from '@tripline/adapters-lmdb';
import { openS3Objects } from '@tripline/adapters-s3';
import { makeLogger, PrometheusMeter, SystemClock } from '@tripline/adapters-system';
import { ALL_TOPICS } from '@tripline/model';
import { HealthModule, makeHttpApp, openApp, PortsModule, runUntilSignal } from '@tripline/nest-kit';
import { makeProcessor, ProcessorModule } from '@tripline/nest-processor';
import { readProcessorConfig, type SnapshotPlace } from './config.js';

const config = readProcessorConfig();
const openPlace = (place: SnapshotPlace) => {
  if ('directory' in place) return openDirectoryObjects(place.directory);
  const { S3_ENDPOINT: endpoint, S3_REGION: region } = config;
  return openS3Objects({ ...place, ...(endpoint && { endpoint }), ...(region && { region }) });
};
const { PARTITIONS: partitions, START_FROM: startFrom, CHECKPOINT_EVERY: checkpointEvery, INSTANCE: instance } = config;
const meter = new PrometheusMeter();
const watch = { logger: makeLogger('processor', config.LOG_LEVEL), meter };
const clock = new SystemClock();
const log = await openKafkaLog({ brokers: config.KAFKA_BROKERS, clientId: instance ?? 'tripline-processor', watch });
await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions })));
const store = new LmdbStateStore(config.STATE_DIR);
const objects = packObjects(await openPlace(config.SNAPSHOTS));
const skips = config.SKIP_RECORDS === undefined ? {} : { skips: config.SKIP_RECORDS };
const processor = makeProcessor({ log, clock, watch, store, objects, ...skips, partitions, startFrom, checkpointEvery });
const address = config.ADVERTISED_URL ?? `http://${hostname()}:${config.PORT}`;
const advertised = { address, at: (owner: string) => new HttpPersonStates([owner], { there: true }) };

@Module({
  imports: [
    PortsModule.register({ log, clock, watch, metrics: meter }),
    HealthModule,
    ProcessorModule.register({ processor, advertised, ...(instance === undefined ? {} : { instance }) }),
  ],
})
class ProcessorApp {}

const app = await makeHttpApp(ProcessorApp);
const url = await openApp(app, { port: config.PORT });
watch.logger.info('processor.listening', { url, partitions });
const ending = await runUntilSignal(app);
await log.close();
await objects.close();
watch.logger.info('processor.ended', { ending });
// Not by itself: what the log's client leaves behind would keep an ended process until the platform kills it.
process.exit(ending === 'signal' ? 0 : 1);
