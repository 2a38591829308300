import { expect, test } from '@jest/globals';
import { makeInstant } from '@tripline/kernel';
import { readFailure } from './sendgrid-failure.js';

test.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])(
  'a certificate that does not hold (%s) ends the call before anything has left',
  (code) => {
    const error = Object.assign(new Error('no'), { code });
    expect(readFailure(error, makeInstant(0))).toEqual({ kind: 'retryable', reason: `certificate: ${code}` });
  },
);
