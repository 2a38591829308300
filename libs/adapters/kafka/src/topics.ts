import { OperatingError } from '@tripline/kernel';
import type { TopicSpec } from '@tripline/ports';
import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';

const APPEND_TIME = { name: 'message.timestamp.type', value: 'LogAppendTime' };

/** Makes the topics that are missing, with append time and without compaction; checks those that are there. */
export async function ensureTopics(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  const there = new Set(await admin.listTopics());
  const missing = specs.filter(({ name }) => !there.has(name));
  if (missing.length > 0) await admin.createTopics({ topics: missing.map(toConfig), waitForLeaders: true });
  if (specs.length > 0) await checkPartitions(admin, specs);
  if (missing.length < specs.length)
    await checkAppendTime(
      admin,
      specs.map(({ name }) => name).filter((name) => there.has(name)),
    );
}

function toConfig({ name, partitions, retention }: TopicSpec): ITopicConfig {
  const kept = retention === undefined ? [] : [{ name: 'retention.ms', value: String(retention) }];
  return {
    topic: name,
    numPartitions: partitions,
    configEntries: [APPEND_TIME, { name: 'cleanup.policy', value: 'delete' }, ...kept],
  };
}

async function checkPartitions(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: specs.map(({ name }) => name) });
  const counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
  for (const { name, partitions } of specs)
    if (counts.get(name) !== partitions)
      throw new OperatingError('partition-count', 'never', `topic ${name} has ${counts.get(name)} partitions, not ${partitions}: the number is chosen once`); // prettier-ignore
}

async function checkAppendTime(admin: Admin, names: readonly string[]): Promise<void> {
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  const resources = names.map((name) => ({ type, name, configNames: [APPEND_TIME.name] }));
  const { resources: found } = await admin.describeConfigs({ resources, includeSynonyms: false });
  for (const { resourceName, configEntries } of found)
    if (configEntries.some(({ configName, configValue }) => configName === APPEND_TIME.name && configValue !== APPEND_TIME.value))
      throw new OperatingError('append-time', 'never', `topic ${resourceName} must have ${APPEND_TIME.name}=${APPEND_TIME.value}: alter it, or let Tripline make it`); // prettier-ignore
}
