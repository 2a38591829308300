import { S3ServiceException } from '@aws-sdk/client-s3';
import { OperatingError } from '@tripline/kernel';

/** What somebody has to put right, by S3's names of errors, and how. */
const CURES: Readonly<Record<string, string>> = {
  NoSuchBucket: 'make the bucket, or name another',
  InvalidBucketName: 'name a bucket as S3 allows it',
  AccessDenied: 'allow s3:GetObject, s3:PutObject, s3:DeleteObject on its objects and s3:ListBucket on the bucket',
  InvalidAccessKeyId: 'give the credentials of somebody who is known there',
  SignatureDoesNotMatch: 'give the secret that belongs to the access key',
  PermanentRedirect: "give the bucket's own region and endpoint",
  AuthorizationHeaderMalformed: "give the bucket's own region",
};
/** Refusals of 400 to 499 that pass: the clock, the token and the server come right, or another's write ends. */
const PASSING = new Set([
  'ExpiredToken',
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'SlowDown',
  'OperationAborted',
  'ConditionalRequestConflict',
]);
const PASSING_STATUS = new Set([408, 409, 425, 429]);

/** What a failed call to S3 means for whoever wanted to `work`. */
export function s3Failure(work: string, error: unknown): OperatingError {
  const name = error instanceof Error ? error.name : 'Error';
  const reason = error instanceof Error && error.message !== '' ? error.message : 'no reason given';
  const retry = isRefusal(error) ? 'never' : 'later';
  const cure = CURES[name] ?? (retry === 'never' ? 'see what the storage says' : undefined);
  return new OperatingError('object-store', retry, `${work}: ${name}: ${reason}${cure === undefined ? '' : `; ${cure}`}`, {
    cause: error,
  });
}

/** S3 said no, and will say so again. No answer at all, and no credentials yet, may pass. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof S3ServiceException) || PASSING.has(error.name)) return false;
  if (CURES[error.name] !== undefined) return true;
  const status = error.$metadata.httpStatusCode ?? 0;
  return status >= 300 && status < 500 && !PASSING_STATUS.has(status);
}

/** There is no object of that name; a bucket that is not there is another matter. */
export const isNoSuchKey = (error: unknown): boolean => error instanceof S3ServiceException && error.name === 'NoSuchKey';
