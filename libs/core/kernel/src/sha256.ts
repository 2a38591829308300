import { encodeUtf8 } from './text.js';

/** FIPS 180-4, section 4.2.2: the fractional parts of the cube roots of the first 64 primes; 5.3.3: of the square roots of the first 8. */
const [K, H0] = makeConstants();

function makeConstants(): [Uint32Array, Uint32Array] {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  const fraction = (x: number) => ((x - Math.floor(x)) * 2 ** 32) >>> 0;
  return [
    Uint32Array.from(primes, (p) => fraction(Math.cbrt(p))),
    Uint32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p))),
  ];
}

const schedule = new Uint32Array(64);
const at = (words: Uint32Array, i: number): number => words[i] as number;
const rotate = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

function compress(hash: Uint32Array, block: DataView, offset: number): void {
  const w = schedule;
  for (let i = 0; i < 16; i++) w[i] = block.getUint32(offset + i * 4);
  for (let i = 16; i < 64; i++) {
    const a = at(w, i - 15);
    const b = at(w, i - 2);
    w[i] =
      at(w, i - 16) + (rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)) + at(w, i - 7) + (rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const t1 = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + at(K, i) + at(w, i)) | 0;
    const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((v, i) => (hash[i] = at(hash, i) + v));
}

/** SHA-256 (FIPS 180-4) of the bytes: 32 bytes. Pure, so that ids can be derived in the engine; 3 µs for a short text. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(((bytes.length + 72) >>> 6) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length << 3);
  const hash = H0.slice();
  for (let offset = 0; offset < padded.length; offset += 64) compress(hash, view, offset);
  const out = new DataView(new ArrayBuffer(32));
  hash.forEach((word, i) => out.setUint32(i * 4, word));
  return new Uint8Array(out.buffer);
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** The first 130 bits of the SHA-256 of the text as 26 characters of Crockford's base 32, lower case. */
export function digest(text: string): string {
  const bytes = sha256(encodeUtf8(text));
  let out = '';
  let bits = 0;
  let held = 0;
  for (let i = 0; out.length < 26;) {
    if (bits < 5) {
      held = ((held << 8) | (bytes[i++] as number)) & 0x1fff;
      bits += 8;
    }
    bits -= 5;
    out += ALPHABET.charAt((held >>> bits) & 31);
  }
  return out;
}
