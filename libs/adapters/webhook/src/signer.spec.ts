import { describe, expect, test } from '@jest/globals';
import { makeInstant } from '@tripline/kernel';
import { Signer } from './signer.js';

const secretOf = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

describe('Signer', () => {
  test("signs as the specification's own example", () => {
    const signer = new Signer({ crm: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] });
    const headers = signer.headers('crm', 'msg_p5jXN8AQM9LWM0D4loKWxJek', makeInstant(1_614_265_330_000), '{"test": 2432232314}');
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  test('each secret of a name signs while they are rotated', () => {
    const signature = new Signer({ crm: [secretOf(24), secretOf(32)] }).headers('crm', 'a', makeInstant(0), '{}')?.[
      'webhook-signature'
    ];
    expect(signature).toMatch(/^v1,\S{44} v1,\S{44}$/);
    expect(new Set(signature?.split(' ')).size).toBe(2);
  });

  test('a name without a secret signs nothing', () => {
    expect(new Signer({ crm: [] }).headers('crm', 'a', makeInstant(0), '{}')).toBeUndefined();
    expect(new Signer({}).headers('crm', 'a', makeInstant(0), '{}')).toBeUndefined();
  });

  test.each([secretOf(23), secretOf(65), 'whsec_', 'whsec_not base64 at all, but long enough!', ''])(
    '%s is no secret, and is not shown',
    (secret) => {
      let message = '';
      try {
        new Signer({ crm: [secret] });
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toMatch(/"crm" must be whsec_/);
      if (secret.length > 10) expect(message).not.toContain(secret.slice(6));
    },
  );

  test.each([24, 64])('%d bytes are enough and not too many', (bytes) => {
    expect(() => new Signer({ crm: [secretOf(bytes)] })).not.toThrow();
  });
});
