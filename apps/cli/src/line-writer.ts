/** Text gathered before it is written. */
const GATHERED_MAX = 65_536;

/** Writes values as JSON, one a line, many at a time. Control characters, which JSON lets stand from U+007F on, are written as escapes. */
export class LineWriter {
  #lines: string[] = [];
  #length = 0;

  constructor(private readonly out: (text: string) => void) {}

  write(value: object): void {
    const line = JSON.stringify(value).replace(/[\u007f-\u009f]/g, escaped);
    this.#lines.push(line);
    this.#length += line.length;
    if (this.#length >= GATHERED_MAX) this.flush();
  }

  flush(): void {
    if (this.#lines.length > 0) this.out(this.#lines.join('\n'));
    [this.#lines, this.#length] = [[], 0];
  }
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
