import { expect, test } from '@jest/globals';
import { RecordingWatch } from '@tripline/testing-builders';
import { Committer, type Commit } from './committer.js';

const held = () => true;
const position = (partition: number, next: number, isHeld = held) => ({ topic: 't', partition, next, held: isHeld });

/** A committer whose requests are answered by the test, one after the other. */
function makeCommitter() {
  const requests: { offsets: string[]; answer: (error?: Error) => void }[] = [];
  const commit: Commit = (offsets) =>
    new Promise((resolve, reject) =>
      requests.push({
        offsets: offsets.map((o) => `${o.partition}:${o.offset}`),
        answer: (error) => (error === undefined ? resolve() : reject(error)),
      }),
    );
  const next = async (count: number) => {
    while (requests.length < count) await new Promise(setImmediate);
    return requests[count - 1]!;
  };
  return { committer: new Committer(commit, new RecordingWatch()), requests, next };
}

test('commits at once when idle, and then together the newest of each partition', async () => {
  const { committer, requests, next } = makeCommitter();
  committer.mark(position(0, 1));
  const first = await next(1);
  for (const [partition, offset] of [[0, 2], [1, 5], [0, 3]]) committer.mark(position(partition!, offset!)); // prettier-ignore
  first.answer();
  const second = await next(2);
  second.answer();
  await committer.flush();
  expect(requests.map((r) => r.offsets)).toEqual([['0:1'], ['0:3', '1:5']]);
});

test('leaves out what is no longer held when its turn comes', async () => {
  const { committer, requests, next } = makeCommitter();
  committer.mark(position(0, 1));
  const first = await next(1);
  let ours = true;
  committer.mark(position(1, 9, () => ours));
  committer.mark(position(0, 2));
  ours = false;
  first.answer();
  (await next(2)).answer();
  await committer.flush();
  expect(requests[1]!.offsets).toEqual(['0:2']);
});

test('tries a failed commit again, with what is newest then', async () => {
  const { committer, requests, next } = makeCommitter();
  committer.mark(position(0, 1));
  committer.mark(position(1, 1));
  (await next(1)).answer(new Error('rebalancing'));
  committer.mark(position(0, 2));
  (await next(2)).answer();
  await committer.flush();
  expect(requests.map((r) => r.offsets)).toEqual([['0:1', '1:1'], ['0:2', '1:1']]); // prettier-ignore
});

test('does not wait for ever at the end', async () => {
  const { committer, next } = makeCommitter();
  committer.mark(position(0, 1));
  const request = await next(1);
  const flushed = committer.flush();
  request.answer(new Error('gone'));
  await flushed;
});
