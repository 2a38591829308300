import { connect } from 'node:net';

const ANSWER_MS = 3_000;
const FRAME_MAX_BYTES = 1_000_000;
const METADATA = 3;
const OFFSET_FETCH = 9;
const FIND_COORDINATOR = 10;

/**
 * Is the broker ready to be used: does it answer a metadata request, and has the coordinator of consumer groups loaded? The three
 * requests are written out by hand, so that no client's retries are part of the answer.
 */
export async function isReady(host: string, port: number): Promise<boolean> {
  try {
    const metadata = await ask(host, port, METADATA, 1, int32(0));
    if (metadata.readInt32BE(4) < 1) return false;
    const coordinator = await ask(host, port, FIND_COORDINATOR, 1, Buffer.concat([text('ready'), Buffer.from([0])]));
    if (coordinator.readInt16BE(8) !== 0) return false;
    const offsets = await ask(host, port, OFFSET_FETCH, 2, Buffer.concat([text('ready'), int32(-1)]));
    return offsets.readInt16BE(offsets.length - 2) === 0;
  } catch {
    return false;
  }
}

const int16 = (value: number): Buffer => bufferOf(2, (b) => b.writeInt16BE(value));
const int32 = (value: number): Buffer => bufferOf(4, (b) => b.writeInt32BE(value));
const text = (value: string): Buffer => Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);

function bufferOf(length: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(length);
  write(buffer);
  return buffer;
}

/** One request, one answer: its bytes from the correlation id on. */
function ask(host: string, port: number, api: number, version: number, body: Buffer): Promise<Buffer> {
  const request = Buffer.concat([int16(api), int16(version), int32(1), text('ready-probe'), body]);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => socket.write(Buffer.concat([int32(request.length), request])));
    let read = Buffer.alloc(0);
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('no answer')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
    socket.on('data', (bytes) => {
      read = Buffer.concat([read, bytes]);
      if (read.length < 4 || read.length > FRAME_MAX_BYTES || read.length < 4 + read.readInt32BE(0)) return;
      resolve(read.subarray(4));
      socket.destroy();
    });
  });
}
