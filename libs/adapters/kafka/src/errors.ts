import { AssertionError, OperatingError, type Retry } from '@tripline/kernel';

type ClientError = { readonly type?: string; readonly name?: string; readonly cause?: unknown; readonly message?: string };
type Meaning = { readonly code: string; readonly retry: Retry };

const CAUSES_MAX = 10;

const MEANINGS: Readonly<Record<string, Meaning>> = {
  UNKNOWN_TOPIC_OR_PARTITION: { code: 'unknown-topic', retry: 'never' },
  INVALID_TOPIC_EXCEPTION: { code: 'unknown-topic', retry: 'never' },
  MESSAGE_TOO_LARGE: { code: 'too-large', retry: 'never' },
  RECORD_LIST_TOO_LARGE: { code: 'too-large', retry: 'never' },
  TOPIC_AUTHORIZATION_FAILED: { code: 'log-refused', retry: 'never' },
  GROUP_AUTHORIZATION_FAILED: { code: 'log-refused', retry: 'never' },
  CLUSTER_AUTHORIZATION_FAILED: { code: 'log-refused', retry: 'never' },
  KafkaJSSASLAuthenticationError: { code: 'log-refused', retry: 'never' },
};

/** What the client threw, in our words: a passing `log-unavailable` unless its innermost error says that the request itself was refused. */
export function translate(error: unknown, doing: string): OperatingError | AssertionError {
  if (error instanceof OperatingError || error instanceof AssertionError) return error;
  const inner = innermost(error);
  const { code, retry } = MEANINGS[inner.type ?? ''] ?? MEANINGS[inner.name ?? ''] ?? { code: 'log-unavailable', retry: 'later' };
  return new OperatingError(code, retry, `${doing}: ${inner.message ?? String(error)}`, { cause: error });
}

/** Runs a call to the client with its errors translated. */
export async function calling<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translate(error, doing);
  }
}

export const isFinal = (error: unknown): boolean =>
  error instanceof AssertionError || (error instanceof OperatingError && error.retry === 'never');

export const unknownTopic = (topic: string): OperatingError =>
  new OperatingError('unknown-topic', 'never', `there is no topic ${topic}`);

function innermost(error: unknown): ClientError {
  let inner = isError(error) ? error : {};
  for (let depth = 0; depth < CAUSES_MAX && isError(inner.cause); depth++) inner = inner.cause;
  return inner;
}

const isError = (value: unknown): value is ClientError => typeof value === 'object' && value !== null;
