import type { EventLog, StateStore, TaskStore } from '@tripline/ports';

/** The log, with some of its methods replaced. */
export function decoratedLog(log: EventLog, by: Partial<EventLog>): EventLog {
  return {
    ensureTopics: (specs) => log.ensureTopics(specs),
    partitions: (topic) => log.partitions(topic),
    append: (entries) => log.append(entries),
    read: (subscription) => log.read(subscription),
    follow: (topics, handle) => log.follow(topics, handle),
    bounds: (topic) => log.bounds(topic),
    committed: (group, topic) => log.committed(group, topic),
    owners: (group, topic) => log.owners(group, topic),
    fetch: (topic, partition, from, max) => log.fetch(topic, partition, from, max),
    close: () => log.close(),
    ...by,
  };
}

/** The store, with some methods of every task's replaced. */
export function decoratedStore(store: StateStore, by: (inner: TaskStore) => Partial<TaskStore>): StateStore {
  return {
    open: async (task) => {
      const inner = await store.open(task);
      return {
        checkpoint: () => inner.checkpoint(),
        definitions: () => inner.definitions(),
        person: (key) => inner.person(key),
        timers: (until, max, after) => inner.timers(until, max, after),
        commit: (change) => inner.commit(change),
        copy: () => inner.copy(),
        close: () => inner.close(),
        ...by(inner),
      };
    },
    replace: (task, state) => store.replace(task, state),
  };
}
