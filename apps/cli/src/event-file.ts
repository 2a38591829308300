import { createReadStream, createWriteStream, readSync } from 'node:fs';
import { mkdtemp, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Line, LineSource } from '@tripline/services-rehearsal';

const PIECE_BYTES = 1 << 20;
const NEWLINE = 0x0a;
const BOM = Buffer.from('\ufeff');

/** A file of lines; only `\n` ends one (JSON may hold U+2028, at which Node's own reader would part it). Read in pieces, and at any place. */
export class EventFile implements LineSource {
  private constructor(
    private readonly handle: FileHandle,
    private readonly lineBytesMax: number,
    private readonly copy: string | undefined,
  ) {}

  /** Opens the file; `-`, or what can be read only once, is copied to the temporary folder first. Throws, naming it, where it cannot be read. */
  static async open(path: string, lineBytesMax: number): Promise<EventFile> {
    const found = path === '-' ? undefined : await stat(path).catch(() => undefined);
    if (path !== '-' && found === undefined) throw new Error(`there is no ${path}`);
    if (found?.isDirectory() === true) throw new Error(`${path} is a folder, not a file of events`);
    if (found?.isFile() === true) return new EventFile(await open(path), lineBytesMax, undefined);
    const copy = await mkdtemp(join(tmpdir(), 'tripline-events-'));
    return EventFile.#copied(path, lineBytesMax, copy).catch(async (error: unknown) => {
      await rm(copy, { recursive: true, force: true });
      throw error;
    });
  }

  static async #copied(path: string, lineBytesMax: number, copy: string): Promise<EventFile> {
    const file = join(copy, 'events');
    await pipeline(path === '-' ? process.stdin : createReadStream(path), createWriteStream(file));
    return new EventFile(await open(file), lineBytesMax, copy);
  }

  async *pieces(): AsyncGenerator<readonly Line[]> {
    const splitter = new LineSplitter(this.lineBytesMax);
    for (let position = 0; ;) {
      const piece = Buffer.allocUnsafe(PIECE_BYTES);
      const { bytesRead } = await this.handle.read(piece, 0, PIECE_BYTES, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      yield splitter.split(piece.subarray(0, bytesRead));
    }
    yield splitter.rest();
  }

  at(offset: number, length: number): Uint8Array {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, readSync(this.handle.fd, bytes, 0, length, offset));
  }

  async close(): Promise<void> {
    await this.handle.close();
    if (this.copy !== undefined) await rm(this.copy, { recursive: true, force: true });
  }
}

/** Parts pieces of a file into lines. What is left of a piece is kept for the next, of a line that is too long nothing but its length. */
export class LineSplitter {
  #number = 0;
  #offset = 0;
  #kept: Buffer[] = [];
  #keptBytes = 0;

  constructor(private readonly lineBytesMax: number) {}

  split(piece: Buffer): readonly Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      this.#end(piece.subarray(from, end), 1, lines);
      from = end + 1;
    }
    this.#keep(piece.subarray(from));
    return lines;
  }

  /** The last line, where nothing ends it. */
  rest(): readonly Line[] {
    const lines: Line[] = [];
    if (this.#keptBytes > 0) this.#end(Buffer.alloc(0), 0, lines);
    return lines;
  }

  #keep(bytes: Buffer): void {
    this.#keptBytes += bytes.length;
    if (this.#keptBytes <= this.lineBytesMax) this.#kept.push(bytes);
    else this.#kept = [];
  }

  #end(last: Buffer, terminator: number, lines: Line[]): void {
    const length = this.#keptBytes + last.length;
    const isLong = length > this.lineBytesMax;
    const bytes = isLong ? undefined : this.#kept.length === 0 ? last : Buffer.concat([...this.#kept, last]);
    const line = this.#line(bytes);
    if (line !== undefined) lines.push(line);
    this.#offset += length + terminator;
    this.#kept = [];
    this.#keptBytes = 0;
  }

  #line(bytes: Buffer | undefined): Line | undefined {
    const number = ++this.#number;
    if (bytes === undefined) return { number, offset: this.#offset };
    const mark = number === 1 && bytes.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
    const own = mark === 0 ? bytes : bytes.subarray(mark);
    return own.every(isSpace) ? undefined : { number, offset: this.#offset + mark, bytes: own };
  }
}

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d;
