/** Says what went wrong, counts what is asked for, and nothing else. */
export function makeWatch() {
  const seconds = new Map();
  const counts = new Map();
  const logger = {
    error: (name, fields) => console.error('error', name, fields),
    warn: (name, fields) => console.error('warn', name, fields),
    info: () => undefined,
  };
  const meter = {
    count: (name, _labels, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by),
    gauge: () => undefined,
    observe: (name, value) => void seconds.set(name, [...(seconds.get(name) ?? []), value]),
  };
  return { logger, meter, seconds, counts };
}

/** CPU of this process (all its threads) and time passed, from now on. */
export function startCosts() {
  const cpu = process.cpuUsage();
  const began = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { cpuSeconds: (user + system) / 1e6, wallSeconds: (performance.now() - began) / 1_000 };
  };
}
