import { OperatingError, type Retry } from '@tripline/kernel';

/** What passes by no waiting, and what to do about it. */
const CURES: Readonly<Record<string, string>> = {
  EACCES: 'let this process read and write there',
  EPERM: 'let this process read and write there',
  EROFS: 'mount it for writing',
  ENOTDIR: 'a file stands where a folder should: give another path or take the file away',
  EISDIR: 'a folder stands where a file should: it is not ours, take it away',
  EEXIST: 'a file stands where a folder should: give another path or take the file away',
  ENAMETOOLONG: 'give a shorter path, or a file system that takes names of 210 bytes',
};

/** What a failed call to the file system means for whoever wanted to `work`. */
export function fileFailure(work: string, error: unknown): OperatingError {
  const cure = CURES[codeOf(error) ?? ''];
  const retry: Retry = cure === undefined ? 'later' : 'never';
  const reason = error instanceof Error ? error.message : String(error);
  return new OperatingError('object-store', retry, `${work}: ${reason}${cure === undefined ? '' : `; ${cure}`}`, {
    cause: error,
  });
}

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;
