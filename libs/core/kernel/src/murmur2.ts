const M = 0x5bd1e995;

/** Kafka's own murmur2 with its seed: the same partition as the Java client's for the same key. Answers a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let h = 0x9747b28c ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const rest = length - i;
  if (rest === 3) h ^= (bytes[i + 2] as number) << 16;
  if (rest >= 2) h ^= (bytes[i + 1] as number) << 8;
  if (rest >= 1) h = Math.imul(h ^ (bytes[i] as number), M);
  h = Math.imul(h ^ (h >>> 13), M);
  return h ^ (h >>> 15);
}

/** The partition a keyed record belongs to, as every Kafka client with the default partitioner would choose it. */
export const partitionOf = (key: Uint8Array, partitions: number): number => (murmur2(key) & 0x7fffffff) % partitions;
