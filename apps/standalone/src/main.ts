import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Module } from '@nestjs/common';
import { EmbeddedLog } from '@tripline/adapters-embedded-log';
import { openEmbeddedPostgres } from '@tripline/adapters-embedded-postgres';
import { LmdbStateStore } from '@tripline/adapters-lmdb';
import { openPostgres } from '@tripline/adapters-postgres';
import { makeLogger, PrometheusMeter } from '@tripline/adapters-system';
import { YamlReader } from '@tripline/adapters-yaml';
import { ALL_TOPICS } from '@tripline/model';
import { CollectorModule } from '@tripline/nest-collector';
import { ControlModule, SkipAhead } from '@tripline/nest-control';
import { DispatcherModule, makeMailboxProvider, WebHub } from '@tripline/nest-dispatcher';
import { HealthModule, makeHttpApp, openApp, PortsModule, runUntilSignal } from '@tripline/nest-kit';
import { makeProcessor, ProcessorModule } from '@tripline/nest-processor';
import { SchedulerModule } from '@tripline/nest-scheduler';
import { readStandaloneConfig } from './config.js';
import { publishExamples } from './publish-examples.js';

const WRITE_KEYS = { demo: 'demo' };
const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));

const config = readStandaloneConfig();
const { DATA_DIR: directory, PARTITIONS: partitions } = config;
const meter = new PrometheusMeter();
const watch = { logger: makeLogger('standalone', config.LOG_LEVEL), meter };

console.log(`Tripline: opening the stores under ${directory} …`);
await mkdir(directory, { recursive: true });
const log = new EmbeddedLog({ directory: join(directory, 'log'), watch });
const { clock } = log;
await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions })));
const server = await openEmbeddedPostgres({ dir: join(directory, 'postgres') });
const postgres = await openPostgres({ url: server.url, watch });
const processor = makeProcessor({ log, clock, watch, store: new LmdbStateStore(join(directory, 'tasks')), partitions });
const skip = new SkipAhead({ log, clock, nextDue: () => processor.nextDue() });
const hub = new WebHub(clock, watch);
const kept = (['email', 'sms', 'webhook'] as const).map((channel) => makeMailboxProvider(channel, postgres.mailbox));

@Module({
  imports: [
    PortsModule.register({ log, clock, watch, metrics: meter }),
    HealthModule,
    CollectorModule.register({ writeKeys: WRITE_KEYS }),
    ProcessorModule.register({ processor }),
    SchedulerModule.register({ gatehouse: postgres.gatehouse, profiles: postgres.profiles, consent: 'assumed' }),
    DispatcherModule.register({
      providers: [...kept, hub],
      attempts: postgres.attempts,
      shelf: postgres.shelf,
      profiles: postgres.profiles,
      stream: { hub, writeKeys: WRITE_KEYS },
    }),
    ControlModule.register({
      catalogue: postgres.catalogue,
      events: postgres.events,
      messages: postgres.messages,
      mailbox: postgres.mailbox,
      consents: postgres.consents,
      switches: postgres.switches,
      states: processor,
      reader: new YamlReader(),
      skipAhead: (length) => skip.advance(length),
    }),
  ],
})
class StandaloneApp {}

const app = await makeHttpApp(StandaloneApp);
const url = await openApp(app, { port: config.PORT, host: config.HOST });
const examples = await publishExamples(url, EXAMPLES);
console.log(`
  Tripline is up:  ${url}     the mailbox, what was dropped and why, events as they come
  events to        ${url}/v1     write key: demo
  triggers         ${examples.join(', ')}
  consent          assumed, for this demonstration; everywhere else people must have agreed
  data             ${directory}     Ctrl-C stops; start again and it goes on
`);
const ending = await Promise.race([runUntilSignal(app), server.ended.then(() => 'postgres-ended' as const)]);
if (ending === 'postgres-ended') {
  console.error('Tripline: PostgreSQL has ended by itself, and nothing can go out without it. Start again: everything goes on.');
  process.exit(1);
}
if (ending !== 'overdue') await Promise.all([log.close(), postgres.close()]);
await server.stop();
process.exit(ending === 'signal' ? 0 : 1);
