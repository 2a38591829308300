/**
 * Works through every lane, up to `lanesMax` of them at once, the items of one lane one after the other. After the first error nothing
 * new is begun; it is thrown when everything begun has ended.
 */
export async function runLanes<T>(
  lanes: readonly (readonly T[])[],
  lanesMax: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = lanes[Symbol.iterator]();
  const failures: unknown[] = [];
  const runOne = async (): Promise<void> => {
    for (const lane of waiting)
      for (const item of lane) {
        if (failures.length > 0) return;
        await work(item).catch((error: unknown) => failures.push(error));
      }
  };
  await Promise.all(Array.from({ length: Math.min(lanesMax, lanes.length) }, runOne));
  if (failures.length > 0) throw failures[0];
}
