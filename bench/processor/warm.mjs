/** What `costs()` said when the first fifth of `wanted` had been read: a process is warm by then. */
export function makeWarm(costs, wanted) {
  let warm;
  return {
    look: (read) => void (warm ??= read < wanted / 5 ? undefined : { read, ...costs() }),
    /** Events per second of CPU since. */
    rate: (read, cpuSeconds) => Math.round((read - (warm?.read ?? 0)) / (cpuSeconds - (warm?.cpuSeconds ?? 0))),
  };
}
