/** The largest object, in bytes. */
export const OBJECT_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Bytes under names that all processes share: a directory on a common volume, or S3-compatible storage. Names are segments of `[a-z0-9._-]` joined by `/`.
 * Errors are `OperatingError`s: `object-store`, and `object-damaged` for an object whose bytes are not the ones that were put.
 */
export interface ObjectStore {
  /** All or nothing, and readable by every process once resolved. An object of that name is replaced. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Exactly the bytes that were put; undefined where there is no such object. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** All names that begin so, in order of their bytes. */
  list(prefix: string): Promise<readonly string[]>;
  /** One that is not there is no error. */
  remove(name: string): Promise<void>;
}
