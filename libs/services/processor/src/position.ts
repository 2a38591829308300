import { assert, decodeUtf8, digest, OperatingError } from '@tripline/kernel';
import type { Bounds, Checkpoint, EventLog, LastRecord, LogRecord } from '@tripline/ports';

/** What to do where a task without state finds that the log's beginning is gone: stop, or begin at what is left. */
export type StartFrom = 'beginning' | 'earliest';

/** Of one partition, read afresh; undefined where there is none of that number. */
export const boundsOf = async (log: EventLog, topic: string, partition: number): Promise<Bounds | undefined> =>
  (await log.bounds(topic)).find((each) => each.partition === partition);

/** What a checkpoint keeps of the last record it covers. */
export const lastRecordOf = (record: LogRecord): LastRecord => ({
  offset: record.offset,
  appended: record.appended,
  hash: digest(decodeUtf8(record.value)),
});

/**
 * Where a task goes on: at its state's next offset, proven to be of this very log. An `OperatingError`, never: `offset-gap` where records
 * it has not read are gone, `log-changed` where the log is another one or was cut; with what to do about it.
 */
export async function findPosition(
  log: EventLog,
  topic: string,
  partition: number,
  checkpoint: Checkpoint | undefined,
  startFrom: StartFrom,
): Promise<number> {
  const bounds = await boundsOf(log, topic, partition);
  if (bounds === undefined) throw changed(topic, partition, 'the partition does not exist');
  const next = checkpoint?.next ?? 0;
  if (checkpoint === undefined && startFrom === 'earliest') return bounds.first;
  if (bounds.first > next) throw gap(topic, partition, next, bounds);
  if (bounds.end < next) throw changed(topic, partition, `it ends at offset ${bounds.end}, the state has read up to ${next}`);
  await checkLast(log, topic, partition, checkpoint?.last, bounds);
  return next;
}

async function checkLast(
  log: EventLog,
  topic: string,
  partition: number,
  last: LastRecord | undefined,
  bounds: Bounds,
): Promise<void> {
  // Retention may have taken the very record: then nothing unread is missing, and there is nothing to compare.
  if (last === undefined || last.offset < bounds.first) return;
  const [found] = await log.fetch(topic, partition, last.offset, 1);
  if (found === undefined || found.offset !== last.offset)
    throw changed(topic, partition, `the record at offset ${last.offset} is gone`);
  const same = lastRecordOf(found);
  if (same.appended !== last.appended || same.hash !== last.hash)
    throw changed(topic, partition, `the record at offset ${last.offset} is not the one the state has read`);
}

/** Records between where the task stands and where the log's reader goes on, in parts: none where those offsets hold nothing. */
export async function* recordsBetween(
  log: EventLog,
  topic: string,
  partition: number,
  from: number,
  to: number,
): AsyncGenerator<readonly LogRecord[]> {
  assert(from <= to, 'a position only grows');
  for (let at = from; at < to;) {
    const found = (await log.fetch(topic, partition, at, FETCH_MAX)).filter((record) => record.offset < to);
    const last = found.at(-1);
    if (last === undefined) break;
    yield found;
    at = last.offset + 1;
  }
  const { first = 0 } = (await boundsOf(log, topic, partition)) ?? {};
  if (first > from) throw gap(topic, partition, from, { partition, first, end: to });
}
const FETCH_MAX = 1_000;

const gap = (topic: string, partition: number, next: number, bounds: Bounds): OperatingError =>
  new OperatingError(
    'offset-gap',
    'never',
    `${topic}/${partition}: the records from offset ${next} to ${bounds.first - 1} are gone, and this task has not read them. ` +
      `No snapshot reaches offset ${bounds.first} either. Bring back a snapshot or a disk that does, or, to accept the loss, remove the ` +
      `task's directory under STATE_DIR and its snapshots (snapshots/${topic}/${partition}/), and start once with START_FROM=earliest.`,
  );

const changed = (topic: string, partition: number, what: string): OperatingError =>
  new OperatingError(
    'log-changed',
    'never',
    `${topic}/${partition}: ${what}. The topic was recreated or truncated under the task's state. Bring the topic back, or, to begin anew ` +
      `with the log as it is, remove the task's directory under STATE_DIR and its snapshots (snapshots/${topic}/${partition}/).`,
  );
