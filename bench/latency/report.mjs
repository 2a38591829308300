import { loadavg } from 'node:os';
import { goal, percentile, thousands, where } from '../shared/results.mjs';
import { SETTLE_MS, WINDOW_MS } from './triggers.mjs';

const ARRIVAL_GOAL_MS = 50;
const ABSENCE_GOAL_MS = 200;

export function report({ setup, idle, loaded, lagged, capacity, rate }) {
  const rows = {
    'event → action, idle': idle.arrivals,
    'event → action, half load': loaded.arrivals,
    'absence past deadline + settle, idle': idle.absences,
    'absence past deadline + settle, half load': loaded.absences,
    'absence, from when a collector that stood still goes on': lagged,
  };
  const half = percentile(loaded.arrivals, 0.99);
  const silent = percentile(idle.absences, 0.99);
  const page = `# latency

Collector and processor each a process of its own on a real broker, ${setup.partitions} partition${setup.partitions === 1 ? '' : 's'}. ${setup.probes} probes a line, one every 25 ms, by HTTP; their actions are read from \`tripline.actions\` by one who does nothing else. Milliseconds.
Absence: ${WINDOW_MS / 1_000} s without an event, ${SETTLE_MS / 1_000} s of settle. Load: the shop's events written to \`tripline.events\`, ${thousands(rate)} events/s seen, of ${thousands(capacity)} that the processor took while it caught up.

| | p50 | p99 | most |
| --- | --- | --- | --- |
${Object.entries(rows)
  .map(([name, all]) => `| ${name} | ${percentile(all, 0.5)} | ${percentile(all, 0.99)} | ${Math.max(...all)} |`)
  .join('\n')}

- ${goal(`Event → action at half load, p99 ${half} ms; goal ${ARRIVAL_GOAL_MS}`, half <= ARRIVAL_GOAL_MS)}.
- ${goal(`Absence, idle, p99 ${silent} ms; goal ${ABSENCE_GOAL_MS}`, silent <= ABSENCE_GOAL_MS)}.
- None was early. While the collector stood still, with calls unread by which every second absence was none, nobody was written to; afterwards exactly those who had been silent.

${where()} Load of the machine at the end: ${loadavg()[0].toFixed(1)}.`;
  const bars = Object.entries(rows).map(([name, all]) => [name, percentile(all, 0.99)]);
  return { data: { setup, capacity, rate, idle, loaded, lagged }, page, bars: { title: 'Latency, 99 %', unit: 'milliseconds', bars } }; // prettier-ignore
}
