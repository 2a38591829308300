import { createRequire } from 'node:module';
import { OperatingError } from '@tripline/kernel';
import kafkajs from 'kafkajs';
import { decompress as unzstd } from 'fzstd';

const require = createRequire(import.meta.url);
const snappy = require('snappyjs') as { uncompress(bytes: Uint8Array, maxBytes?: number): Uint8Array };
const lz4 = require('lz4js') as { decompress(bytes: Uint8Array, maxBytes?: number): Uint8Array };

/** What one batch may become when it is decompressed: a bomb is refused, not inflated. */
export const INFLATED_MAX_BYTES = 128 * 1024 * 1024;
/** How snappy-java frames its blocks: magic, two version numbers, then `length, block` until the end. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEAD_BYTES = 16;

/** Registers decompression of snappy, lz4 and zstd (gzip is the client's own): one such record would otherwise end the consumer. Ours are never compressed. */
export function registerCodecs(): void {
  const { CompressionTypes, CompressionCodecs } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = codec(unsnappy);
  CompressionCodecs[CompressionTypes.LZ4] = codec((bytes) => lz4.decompress(bytes, INFLATED_MAX_BYTES));
  CompressionCodecs[CompressionTypes.ZSTD] = codec((bytes) => unzstd(bytes));
}

/** Snappy as Java's client writes it (xerial's frames) and as others do (one raw block). */
export function unsnappy(bytes: Buffer): Uint8Array {
  if (!bytes.subarray(0, XERIAL.length).equals(XERIAL)) return snappy.uncompress(bytes, INFLATED_MAX_BYTES);
  const blocks: Uint8Array[] = [];
  for (let place = XERIAL_HEAD_BYTES; place < bytes.length;) {
    const length = bytes.readUInt32BE(place);
    blocks.push(snappy.uncompress(bytes.subarray(place + 4, place + 4 + length), INFLATED_MAX_BYTES));
    place += 4 + length;
  }
  return Buffer.concat(blocks);
}

function codec(inflate: (bytes: Buffer) => Uint8Array): () => { compress(): never; decompress(bytes: Buffer): Promise<Buffer> } {
  const decompress = (bytes: Buffer): Promise<Buffer> =>
    new Promise((resolve) => {
      const inflated = inflate(bytes);
      resolve(Buffer.from(inflated.buffer, inflated.byteOffset, inflated.byteLength));
    });
  const compress = (): never => {
    throw new OperatingError('compression', 'never', 'Tripline writes no compressed records');
  };
  return () => ({ compress, decompress });
}
