/** The bytes of one object; more are not taken: split what is larger. */
export const OBJECT_BYTES_MAX = 64 * 1_024 * 1_024;
/** The bytes a shelf takes: an object of the greatest size that does not become smaller by packing. */
export const SHELF_BYTES_MAX = OBJECT_BYTES_MAX + 64 * 1_024;

/**
 * A place outside the process where whole objects lie by name, shared by all processes that are given the same place. Names are as
 * `assertObjectName` has them; `a` and `a/b` are two names. Of two who put the same name, the last to be resolved stays, whole.
 * An `OperatingError` of code `object-store` says `later` for what may pass (no answer, no room), and `never` for what somebody has to
 * put right, with what to do (no such bucket, access denied).
 */
export interface ObjectShelf {
  /** All or nothing; once resolved, every process reads it, also after a crash. Replaces the object of that name. At most `SHELF_BYTES_MAX`. The bytes are left alone until then. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Undefined where there is none of that name. More than `SHELF_BYTES_MAX`, which nobody can have put, are an `OperatingError` of code `object-damaged`. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** All names that begin with `prefix`, in the order of their UTF-8 bytes, however many. What others put or remove meanwhile may be there or not; what has no name of an object is not listed. */
  list(prefix: string): Promise<readonly string[]>;
  /** None of that name is no error. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * A shelf whose `get` gives the bytes that were put, or none: an object that was damaged or cut is an `OperatingError` of code
 * `object-damaged`, never silently other bytes. `put` takes at most `OBJECT_BYTES_MAX`.
 */
export interface ObjectStore extends ObjectShelf {
  /** What tells a store from a shelf, so that no bare shelf stands where a store is asked for. */
  readonly checked: true;
}
