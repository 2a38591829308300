import { OBJECT_BYTES_MAX, type ObjectStore } from '@tripline/ports';
import { assert } from '@tripline/kernel';

/** Keeps objects in memory, for as long as this lives. */
export class MemoryObjectStore implements ObjectStore {
  readonly objects = new Map<string, Uint8Array>();

  put(name: string, bytes: Uint8Array): Promise<void> {
    assert(bytes.length <= OBJECT_BYTES_MAX, 'an object is too large');
    this.objects.set(name, bytes.slice());
    return Promise.resolve();
  }

  get(name: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.objects.get(name)?.slice());
  }

  list(prefix: string): Promise<readonly string[]> {
    return Promise.resolve([...this.objects.keys()].filter((name) => name.startsWith(prefix)).sort());
  }

  remove(name: string): Promise<void> {
    this.objects.delete(name);
    return Promise.resolve();
  }
}
