/** One call over HTTP, as JSON in UTF-8; the same as Segment's. */
export const CALL_BYTES_MAX = 32_768;
/** One request over HTTP, unpacked; Segment's 500 KB, in the larger reading. */
export const BATCH_BYTES_MAX = 512_000;
/** Calls of one batch. */
export const BATCH_ITEMS_MAX = 2_500;
/** Objects and lists within one another. */
export const DEPTH_MAX = 32;
/** Entries of one append. */
export const APPEND_ENTRIES_MAX = 1_000;
