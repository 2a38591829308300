import { OperatingError } from '@tripline/kernel';
import { QueryFailedError } from 'typeorm';

/** Classes of SQLSTATE after which the same statement may succeed: connection, transaction rolled back, resources, operator's hand, system. */
const PASSING = ['08', '40', '53', '55', '57', '58'];
/** Codes of transactions that only ran into another: to be tried again at once. */
const COLLIDED = ['40001', '40P01'];
const PASSING_WORDS =
  /ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|Connection terminated|timeout|Cannot use a pool after|not connected/i;

/** Puts what the client throws into an `OperatingError`; an `OperatingError` and an assertion stay what they are. */
export function translateError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof OperatingError || error.name === 'AssertionError') return error;
  const code = sqlState(error);
  if (code === undefined && !PASSING_WORDS.test(`${codeOf(error)} ${error.message}`)) return error;
  const retry = code === undefined || PASSING.includes(code.slice(0, 2)) ? 'later' : 'never';
  return new OperatingError(retry === 'later' ? 'postgres-unavailable' : 'postgres-refused', retry, error.message, {
    cause: error,
  });
}

export const hasCollided = (error: unknown): boolean => COLLIDED.includes(sqlState(error) ?? '');

/** The five characters PostgreSQL answers with; undefined where the answer is not its own. */
export function sqlState(error: unknown): string | undefined {
  const inner = error instanceof OperatingError ? error.cause : error;
  const code = codeOf(inner instanceof QueryFailedError ? inner.driverError : inner);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE' ? code : undefined;
}

const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
