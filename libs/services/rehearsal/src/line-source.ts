/** One line as it stands in the source; `bytes` is without its end, and absent where the line is longer than the source reads. */
export type Line = { readonly number: number; readonly offset: number; readonly bytes?: Uint8Array };

/** Text in lines that can be read more than once, and at any place. */
export interface LineSource {
  /** Every line from the beginning, in order, some at a time; blank ones are left out but counted. */
  pieces(): AsyncIterable<readonly Line[]>;
  /** The bytes of a line that `pieces` gave, by where it stands. */
  at(offset: number, length: number): Uint8Array;
}
