import { digest } from '@tripline/kernel';

const LINES_KEPT = 400;
const CHUNK = 512;

/** What happened, line by line: the newest lines are kept, all of them go into one hash. */
export class History {
  #recent: string[] = [];
  #chunk: string[] = [];
  #hash = '';
  #steps = 0;

  get steps(): number {
    return this.#steps;
  }

  add(line: string): void {
    this.#steps++;
    this.#chunk.push(line);
    if (this.#chunk.length >= CHUNK) this.#fold();
  }

  /** Of every line so far: two histories with the same are the same, byte by byte. */
  hash(): string {
    this.#fold();
    return this.#hash;
  }

  last(lines: number): readonly string[] {
    return [...this.#recent, ...this.#chunk].slice(-lines);
  }

  #fold(): void {
    this.#hash = digest(`${this.#hash}\n${this.#chunk.join('\n')}`);
    this.#recent = [...this.#recent, ...this.#chunk].slice(-LINES_KEPT);
    this.#chunk = [];
  }
}
