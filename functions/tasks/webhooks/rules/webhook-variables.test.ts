import { describe, expect, it } from 'vitest';
import { hostList, parseHostEntry, parseSigningSecret, signingSecrets } from './webhook-variables.ts';

describe('hosts', () => {
  it.each([
    ['Example.COM', { hostname: 'example.com', port: 'default' }],
    ['example.com:8080', { hostname: 'example.com', port: 8080 }],
    ['example.com:*', { hostname: 'example.com', port: 'any' }],
    ['[::1]', { hostname: '[::1]', port: 'default' }],
    ['[0:0::1]:*', { hostname: '[::1]', port: 'any' }],
    ['127.1:80', { hostname: '127.0.0.1', port: 80 }],
  ])('%s', (text, expected) => {
    expect(parseHostEntry(text)).toEqual(expected);
  });

  it.each([...['', ':80', 'http://a', 'a/b', 'a b', 'a:b', 'a:', 'a:99999', 'a:-1', 'u@a', '::1', '[::1']])(
    '%j is none',
    (text) => {
      expect(parseHostEntry(text)).toBeUndefined();
    },
  );

  it('issues do not quote the value', () => {
    expect(JSON.stringify(hostList().safeParse('good.example,bad host').error?.issues)).not.toContain(
      'bad host',
    );
  });
});

describe('signing secrets', () => {
  const secret = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

  it('hold 24 to 64 bytes', () => {
    expect(parseSigningSecret(secret(24))).toEqual(Buffer.alloc(24, 7));
    expect(parseSigningSecret(secret(64))).toHaveLength(64);
    expect(parseSigningSecret(secret(23))).toBeUndefined();
    expect(parseSigningSecret(secret(65))).toBeUndefined();
  });

  it('are refused in any other shape, unquoted', () => {
    for (const text of ['', 'whsec_', secret(24).slice(6), `${secret(25)}x`, secret(24).replace('B', '-')]) {
      expect(parseSigningSecret(text)).toBeUndefined();
    }
    const { error } = signingSecrets().safeParse(`${secret(24)}, whsec_topsecret`);
    expect(error?.issues[0]?.message).toMatch(/^must be a comma list/);
    expect(JSON.stringify(error?.issues)).not.toContain('topsecret');
    expect(signingSecrets().parse(`${secret(24)}, ${secret(32)}`)).toHaveLength(2);
  });
});
