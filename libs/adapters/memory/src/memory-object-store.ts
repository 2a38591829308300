import { assert } from '@tripline/kernel';
import { assertObjectName, assertObjectPrefix, SHELF_BYTES_MAX, type ObjectStore } from '@tripline/ports';

/** Objects in memory, for tests and for one process that keeps nothing: shared by those who hold this instance, gone with it. */
export class MemoryObjectStore implements ObjectStore {
  readonly checked = true;
  /** What lies there: for tests to look at, and to damage. */
  readonly objects = new Map<string, Uint8Array>();

  put = (name: string, bytes: Uint8Array): Promise<void> =>
    settle(() => {
      assertObjectName(name);
      assert(bytes.length <= SHELF_BYTES_MAX, `an object has at most ${SHELF_BYTES_MAX} bytes: ${name}`);
      this.objects.set(name, bytes.slice());
    });

  get = (name: string): Promise<Uint8Array | undefined> =>
    settle(() => {
      assertObjectName(name);
      return this.objects.get(name)?.slice();
    });

  list = (prefix: string): Promise<readonly string[]> =>
    settle(() => {
      assertObjectPrefix(prefix);
      return [...this.objects.keys()].filter((name) => name.startsWith(prefix)).toSorted();
    });

  remove = (name: string): Promise<void> =>
    settle(() => {
      assertObjectName(name);
      this.objects.delete(name);
    });

  close = (): Promise<void> => Promise.resolve();
}

/** What `work` answers or throws, as a promise. */
const settle = <T>(work: () => T): Promise<T> => new Promise((resolve) => resolve(work()));
