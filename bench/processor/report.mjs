/** Under this many events a second of CPU the shape of the processor is wrong. */
const FLOOR = 60_000;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const middle = (all) => all.find((one) => one.perCpuSecond === median(all.map((each) => each.perCpuSecond)));
const thousands = (n) => n.toLocaleString('en-US');

/** The results as they are kept: all rounds as JSON, the middle ones as a page. */
export function report({ setup, filled, rounds, machine, flags }) {
  const task = middle(rounds.map((round) => round.task));
  const peer = middle(rounds.map((round) => round.peer));
  const ratio = median(rounds.map((round) => round.task.perCpuSecond / round.peer.perCpuSecond));
  const row = (name, one) =>
    `| ${name} | ${thousands(one.perCpuSecond)} | ${one.cpuSeconds.toFixed(1)} | ${one.wallSeconds.toFixed(1)} | ${thousands(Math.round(one.records / one.wallSeconds))} |`;
  const spread = rounds.map((round) => thousands(round.task.perCpuSecond)).join(', ');
  const markdown = `# processor${setup.deadlines ? ', with deadlines' : ''}

${thousands(setup.events)} events of ${filled.bytesEach} bytes on average (20 % carts, 10 % orders, 70 % views that no trigger names), ${thousands(setup.users)} users,
${setup.partitions} partition${setup.partitions === 1 ? '' : 's'} of a real Kafka topic, through the processor with LMDB: checkpoints durable, outputs acknowledged${setup.deadlines ? ', a tick for every ten seconds of event time' : ''}.
Each line is a process of its own; CPU is that of all its threads. The middle of ${rounds.length} rounds.

| | events/s of CPU | CPU s | wall s | events/s |
| --- | --- | --- | --- | --- |
${row('processor', task)}
${row('kafkajs eachBatch + JSON.parse', peer)}

Ratio ${ratio.toFixed(2)} (of the same rounds). Rounds of the processor: ${spread}. The floor is ${thousands(FLOOR)}${task.perCpuSecond < FLOOR ? ': **it is below it**' : ''}.

Of ${thousands(task.records)} records ${thousands(task.parsed)} were parsed; ${thousands(task.outputs)} outputs, ${task.checkpoints} checkpoints (the longest ${task.checkpointMaxSeconds.toFixed(2)} s),
the event loop was held for at most ${task.loopDelayMaxMs} ms (99 %: ${task.loopDelayP99Ms} ms), memory ${task.rssMiB} MiB with the mapped store, state ${task.stateMiB} MiB.

Node ${machine.node} ${flags.join(' ')}, ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, broker on the same machine.
`;
  return { json: `${JSON.stringify({ setup, filled, machine, flags, ratio, task, peer, rounds }, null, 2)}\n`, markdown };
}
