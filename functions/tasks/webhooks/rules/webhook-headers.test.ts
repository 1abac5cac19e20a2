import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { signatureHeaders } from './webhook-headers.ts';
import { parseSigningSecret } from './webhook-variables.ts';

const secretOf = (text: string): Uint8Array => {
  const secret = parseSigningSecret(text);
  if (!secret) throw new Error('no secret');
  return secret;
};

test('signs as the Standard Webhooks specification does', () => {
  // The example of the specification's reference libraries.
  const secret = secretOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  const stamp = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', sentAt: new Date(1_614_265_330_999) };
  expect(signatureHeaders(stamp, '{"test": 2432232314}', [secret])).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('signs with every secret, and not at all without one', () => {
  const secrets = [Buffer.alloc(24, 1), Buffer.alloc(64, 2)];
  const headers = signatureHeaders({ id: 'run-57', sentAt: new Date(5_000) }, '', secrets);
  const expected = secrets.map(
    (secret) => `v1,${createHmac('sha256', secret).update('run-57.5.').digest('base64')}`,
  );
  expect(headers['webhook-signature']).toBe(expected.join(' '));
  expect(signatureHeaders({ id: 'run-57', sentAt: new Date(0) }, '', [])).toEqual({});
});
