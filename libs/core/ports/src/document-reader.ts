/** Text of a document to a value, with places: YAML or JSON. */
export interface DocumentReader {
  /** All documents of the text. A syntax error is a problem with its line and column. */
  read(text: string): readonly ReadDocument[];
}

export type ReadDocument =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** Where a field's name stands, or, where that is asked for, its value; of the nearest thing around it where it is not there. */
      locate(path: string, part?: 'name' | 'value'): Place | undefined;
    }
  | { readonly ok: false; readonly message: string; readonly place: Place };

/** From 1, as editors count. */
export type Place = { readonly line: number; readonly column: number };
