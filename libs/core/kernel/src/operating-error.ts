/** May the same call succeed later? `never`: the request itself is refused; `later`: the world may mend. */
export type Retry = 'never' | 'later';

/** The world is wrong: a broker, a database, a provider. Made at an adapter's edge, with the client's error as `cause`. */
export class OperatingError extends Error {
  override readonly name = 'OperatingError';

  constructor(
    readonly code: string,
    readonly retry: Retry,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}
