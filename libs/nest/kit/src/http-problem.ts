import { HttpException } from '@nestjs/common';
import { OperatingError, type Problem } from '@tripline/kernel';

/** The body of every answer that is not a success: `code` for programs, the rest for people. */
export type ProblemBody = {
  readonly error: { readonly code: string; readonly message: string; readonly problems?: readonly Problem[] };
};

/** Thrown by a controller to answer no: `problems` name the fields. */
export class HttpProblem extends HttpException {
  constructor(
    status: number,
    readonly code: string,
    message: string,
    readonly problems?: readonly Problem[],
  ) {
    super({ error: { code, message, ...(problems === undefined ? {} : { problems }) } } satisfies ProblemBody, status);
    this.message = message;
  }
}

/** For `catch`: an error of one of these codes is 503 with its own message, which was written for who asked. */
export const sayingWhy =
  (codes: readonly string[]) =>
  (error: unknown): never => {
    if (error instanceof OperatingError && codes.includes(error.code)) throw new HttpProblem(503, error.code, error.message);
    throw error;
  };

const CODES: Readonly<Record<number, string>> = {
  400: 'bad-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'timeout',
  409: 'conflict',
  413: 'too-large',
  414: 'url-too-long',
  415: 'unsupported-media-type',
  422: 'invalid',
  429: 'too-many-requests',
  503: 'unavailable',
};

/** What a client is told of an error. Nothing of an unexpected one but that it happened: the log has the rest. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof OperatingError && error.retry === 'later')
    return new HttpProblem(503, error.code, 'not possible at the moment; try again');
  const status = statusOf(error);
  if (status === undefined || status >= 500)
    return new HttpProblem(500, 'internal', 'something went wrong here; it has been logged');
  const text = status === 413 ? 'the body is larger than this address takes' : (error as Error).message;
  return new HttpProblem(status, CODES[status] ?? 'refused', text);
}

/** Nest's and Fastify's own refusals carry their status. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') return error.statusCode;
  return undefined;
}
