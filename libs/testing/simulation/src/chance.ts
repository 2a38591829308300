import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** All that is random in a simulation: the same seed and the same questions give the same answers. */
export class Chance {
  readonly #generator;

  constructor(readonly seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** A whole number in [from, to]. */
  between(from: number, to: number): number {
    return to <= from ? from : uniformInt(this.#generator, from, to);
  }

  /** True so often, from 0 to 1. */
  happens(share: number): boolean {
    return share > 0 && this.between(0, 999_999) < share * 1_000_000;
  }

  one<T>(of: readonly T[]): T {
    return of[this.between(0, of.length - 1)] as T;
  }

  /** Of its own seed: what is asked of it changes no answer of this one. */
  branch(): Chance {
    return new Chance(this.between(0, 0x7fff_ffff));
  }
}
