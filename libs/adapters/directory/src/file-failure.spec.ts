import { expect, test } from '@jest/globals';
import { fileFailure } from './file-failure.js';

const failed = (code: string) => Object.assign(new Error(`${code}: no`), { code });

test.each([
  ['EACCES', /x: EACCES: no; let this process read and write there/],
  ['EROFS', /x: EROFS: no; mount it for writing/],
])('%s is somebody to put right', (code, message) => {
  expect(fileFailure('x', failed(code))).toMatchObject({
    code: 'object-store',
    retry: 'never',
    message: expect.stringMatching(message),
  });
});

test.each(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ESTALE', 'ETIMEDOUT'])('%s may pass', (code) => {
  const cause = failed(code);
  expect(fileFailure('x', cause)).toMatchObject({ code: 'object-store', retry: 'later', message: `x: ${code}: no`, cause });
});
