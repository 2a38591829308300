export { assert, AssertionError, unreachable } from './assert.js';
export { Heap } from './heap.js';
export { deriveId, type IdKind } from './ids.js';
export { isDeeperThan, isJsonObject, parseJson, parseWellFormedJson, type Json, type JsonObject } from './json.js';
export { murmur2, partitionOf } from './murmur2.js';
export { OperatingError, type Retry } from './operating-error.js';
export { accept, describeProblems, refuse, type Parsed, type Problem } from './parsed.js';
export { digest, sha256 } from './sha256.js';
export { decodeUtf8, encodeUtf8, parseUtf8, storableText } from './text.js';
export {
  between,
  days,
  DURATION_MAX_MS,
  earlier,
  formatDuration,
  formatInstant,
  hours,
  INSTANT_MAX_MS,
  later,
  makeDuration,
  makeInstant,
  milliseconds,
  minus,
  minutes,
  parseDuration,
  NOT_AN_INSTANT,
  parseInstant,
  plus,
  seconds,
  type Duration,
  type Instant,
} from './time.js';
