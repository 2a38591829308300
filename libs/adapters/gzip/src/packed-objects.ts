import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { assert, OperatingError } from '@tripline/kernel';
import { OBJECT_BYTES_MAX, type ObjectShelf, type ObjectStore } from '@tripline/ports';

/** docs/decisions/0024-object-storage.md has the figures. */
const LEVEL = 1;
const pack = promisify(gzip);
const unpack = promisify(gunzip);

/**
 * A store over `shelf`: what lies there is gzip, whose CRC-32 and length are checked on reading. Packing and unpacking run off the
 * main thread. Closing it closes the shelf.
 */
export function packObjects(shelf: ObjectShelf): ObjectStore {
  const put = async (name: string, bytes: Uint8Array): Promise<void> => {
    assert(bytes.length <= OBJECT_BYTES_MAX, `an object has at most ${OBJECT_BYTES_MAX} bytes: ${name}`);
    await shelf.put(name, await pack(bytes, { level: LEVEL }));
  };
  const get = async (name: string): Promise<Uint8Array | undefined> => {
    const packed = await shelf.get(name);
    return packed === undefined ? undefined : unpacked(name, packed);
  };
  return {
    checked: true,
    put,
    get,
    list: (prefix) => shelf.list(prefix),
    remove: (name) => shelf.remove(name),
    close: () => shelf.close(),
  };
}

async function unpacked(name: string, packed: Uint8Array): Promise<Uint8Array> {
  try {
    return await unpack(packed, { maxOutputLength: OBJECT_BYTES_MAX });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatingError('object-damaged', 'never', `object ${name} is damaged: ${reason}`, { cause: error });
  }
}
