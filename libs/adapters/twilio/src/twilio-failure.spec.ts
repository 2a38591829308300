import { expect, test } from '@jest/globals';
import { readFailure } from './twilio-failure.js';

test.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])(
  'a certificate that does not hold (%s) ends the call before anything has left',
  (code) => {
    const error = Object.assign(new Error('no'), { code });
    expect(readFailure(error)).toEqual({ kind: 'retryable', reason: `certificate: ${code}` });
  },
);
