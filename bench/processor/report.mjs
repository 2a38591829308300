import { goal, median, thousands, where } from '../shared/results.mjs';

/** Under this many events a second of CPU the shape of the processor is wrong. */
const FLOOR = 60_000;
/** Times Kafka Streams, by Node's major version; and times a reader that does nothing. */
const STREAMS_GOAL = { 20: 3, 24: 4 };
const READER_GOAL = 0.8;
/** So many of the mails may be one side's alone. */
const APART_MAX = 0.0001;
const NAMES = {
  task: 'processor',
  streams: 'Kafka Streams 4.3.1, exactly once',
  peer: 'kafkajs eachBatch + JSON.parse, nothing done',
};

const middle = (all) => all.find((one) => one.perCpuSecond === median(all.map((each) => each.perCpuSecond)));

/** The results as they are kept: all rounds as data, the middle ones as a page and bars. */
export function report({ setup, filled, rounds, streams }) {
  const sides = Object.keys(NAMES).filter((side) => side in rounds[0]);
  const middles = Object.fromEntries(sides.map((side) => [side, middle(rounds.map((round) => round[side]))]));
  const ratio = (to, field) => to in middles ? median(rounds.map((round) => round.task[field] / round[to][field])) : undefined; // prettier-ignore
  const ratios = {
    toStreams: ratio('streams', 'perCpuSecond'),
    toStreamsWarm: ratio('streams', 'warmPerCpuSecond'),
    toReader: ratio('peer', 'perCpuSecond'),
  };
  const page = [
    head(setup, filled, rounds.length),
    table(sides, middles, streams),
    verdict(setup, rounds, ratios),
    details(middles),
    `${where()}${streams.flags ? ` Java ${middles.streams.java} ${streams.flags.join(' ')}.` : ''}`,
  ].join('\n\n');
  const bars = sides.map((side) => [NAMES[side], middles[side].perCpuSecond]);
  return {
    data: { setup, filled, ratios, ...middles, rounds },
    page,
    bars: { title: 'Events per second of CPU', unit: 'events/s of CPU, all threads', bars },
  };
}

const head = (setup, filled, rounds) => `# processor${setup.deadlines ? '' : ', while no time passes'}

${thousands(setup.events)} events of ${filled.bytesEach} bytes on average (20 % carts, 10 % orders, 70 % views that no trigger names), ${thousands(setup.users)} users,
${setup.partitions} partition${setup.partitions === 1 ? '' : 's'} of a real Kafka topic, through the abandoned-cart trigger: durable, outputs acknowledged${setup.deadlines ? ', a tick for every ten seconds of event time' : ''}.
Each line is a process of its own; CPU is that of all its threads, from its assignment to its last commit. The middle of ${rounds} rounds.`;

function table(sides, middles, { unavailable }) {
  const rows = sides.map((side) => {
    const one = middles[side];
    const wall = thousands(one.records / one.wallSeconds);
    return `| ${NAMES[side]} | ${thousands(one.perCpuSecond)} | ${thousands(one.warmPerCpuSecond)} | ${one.cpuSeconds.toFixed(1)} | ${one.wallSeconds.toFixed(1)} | ${wall} | ${one.mails === undefined ? '' : thousands(one.mails)} |`;
  });
  if (unavailable !== undefined) rows.push(`| ${NAMES.streams} | not run: ${unavailable} | | | | | |`);
  return [
    '| | events/s of CPU | without the first fifth | CPU s | wall s | events/s | mails |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function verdict(setup, rounds, { toStreams, toStreamsWarm, toReader }) {
  const wanted = STREAMS_GOAL[process.versions.node.split('.')[0]] ?? STREAMS_GOAL[24];
  const lines = [];
  if (toStreams !== undefined) {
    const text = `- ${toStreams.toFixed(2)} × Kafka Streams (${toStreamsWarm.toFixed(2)} without the first fifth of each)`;
    lines.push(`${text}; ${goal(`goal ${wanted}`, toStreams >= wanted)}.`);
    if (setup.deadlines) lines.push(agreement(rounds));
  }
  lines.push(`- ${toReader.toFixed(2)} × a reader that does nothing; ${goal(`goal ${READER_GOAL}`, toReader >= READER_GOAL)}.`);
  const low = median(rounds.map(({ task }) => task.perCpuSecond)) < FLOOR;
  const each = rounds.map(({ task }) => thousands(task.perCpuSecond)).join(', ');
  lines.push(`- Rounds of the processor: ${each}. The floor is ${thousands(FLOOR)}${low ? ': **it is below it**' : ''}.`);
  return `Ratios of the same rounds:\n\n${lines.join('\n')}`;
}

/** Both did the same job, or the figures say nothing. What may differ is in the peer's README. */
function agreement(rounds) {
  const [{ task }] = rounds;
  const counts = rounds.flatMap((round) => [round.task.mails, round.streams.mails, round.streams.visible]);
  const apart = Math.max(...counts) - Math.min(...counts);
  if (apart > task.mails * APART_MAX) throw new Error(`the sides do not agree how many mails there are: ${counts.join(', ')}`);
  const said = apart === 0 ? `the same ${thousands(task.mails)} mails` : `${thousands(task.mails)} mails, give or take ${apart}`;
  return `- Both ask for ${said}, in every round. The processor also recalls ${thousands(task.outputs - task.mails)} of them after a late order, which the peer is spared.`;
}

const details = ({ task }) =>
  `Of ${thousands(task.records)} records the processor parsed ${thousands(task.parsed)}; ${task.checkpoints} checkpoints (the longest ${task.checkpointMaxSeconds.toFixed(2)} s),
the event loop was held for at most ${task.loopDelayMaxMs} ms (99 %: ${task.loopDelayP99Ms} ms), memory ${task.rssMiB} MiB with the mapped store, state ${task.stateMiB} MiB.`;
