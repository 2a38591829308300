/** Text of a document to a value, with places: YAML or JSON. */
export interface DocumentReader {
  /** All documents of the text. A syntax error is a problem with its line and column. */
  read(text: string): readonly ReadDocument[];
}

export type ReadDocument =
  | { readonly ok: true; readonly value: unknown; locate(path: string): Place | undefined }
  | { readonly ok: false; readonly message: string; readonly place: Place };

/** From 1, as editors count. */
export type Place = { readonly line: number; readonly column: number };
