import type { LogFiles } from './log-files.js';

/** How far each group has come in each partition; what is answered is on disk. */
export class Positions {
  readonly #known: Map<string, number>;

  constructor(private readonly files: LogFiles) {
    this.#known = new Map(files.positions().map(({ key, value }) => [key, value]));
  }

  position(group: string, topic: string, partition: number): number | undefined {
    return this.#known.get(keyOf(group, topic, partition));
  }

  async commit(group: string, topic: string, partition: number, next: number): Promise<void> {
    const key = keyOf(group, topic, partition);
    await this.files.savePosition(key, next);
    this.#known.set(key, next);
  }

  /** The least position any group has committed in this partition; undefined where none has. */
  least(topic: string, partition: number): number | undefined {
    let least: number | undefined;
    for (const [key, next] of this.#known) {
      const [, ofTopic, ofPartition] = JSON.parse(key) as [string, string, number];
      if (ofTopic === topic && ofPartition === partition && (least === undefined || next < least)) least = next;
    }
    return least;
  }
}

const keyOf = (group: string, topic: string, partition: number): string => JSON.stringify([group, topic, partition]);
