import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '#shared/config/config.ts';
import { parseWebhookUrl } from './webhook-url.ts';

const hosts = loadConfig({
  APP_ENV: 'test',
  PUBLIC_BASE_URL: 'https://api.example.com',
  INTERNAL_BASE_URL: 'http://127.0.0.1:3000/base',
  INTERNAL_WEBHOOK_HOSTS: 'Jobs.Internal, 10.0.0.5:8080, any.internal:*, [fd00::1]:8080, both.internal',
  WEBHOOK_PRIVATE_HOSTS: 'localhost:9000,192.168.1.1,both.internal',
});

const trustOf = (text: string) => parseWebhookUrl(text, hosts)?.trust;

describe('urls', () => {
  it.each([
    ['https://example.com', 'foreign'],
    ['HTTP://EXAMPLE.com:8080/a?b=c#d', 'foreign'],
    ['https://8.8.8.8/x', 'foreign'],
    ['http://[2606:4700::1111]/', 'foreign'],
    ['https://例え.jp/フック', 'foreign'],
    ['https://localhost.example.com/', 'foreign'],
    ['https://notlocalhost/', 'foreign'],
    ['https://example.com/a@b?c=d@e', 'foreign'],
    // The lists: host alone means the default port of the scheme.
    ['https://jobs.internal/', 'internal'],
    // In clear the key goes nowhere but to this machine and where the operator spelled http out.
    ['http://jobs.internal/', 'private'],
    ['https://JOBS.internal:443/', 'internal'],
    ['http://jobs.internal:443/', 'foreign'],
    ['http://10.0.0.5:8080/', 'private'],
    ['http://0xa000005:8080/', 'private'],
    ['https://10.0.0.5:8080/', 'internal'],
    ['http://10.0.0.5/', undefined],
    ['https://any.internal:1/', 'internal'],
    ['http://any.internal/', 'private'],
    ['http://sub.any.internal/', 'foreign'],
    ['https://[fd00:0:0::1]:8080/', 'internal'],
    ['http://[fd00:0:0::1]:8080/', 'private'],
    ['http://[fd00::1]/', undefined],
    ['https://both.internal/', 'internal'],
    ['http://both.internal/', 'private'],
    ['http://localhost:9000/', 'private'],
    ['http://localhost:9001/', undefined],
    ['http://localhost.:9000/', undefined],
    ['https://192.168.1.1/', 'private'],
    // The API itself.
    ['http://127.0.0.1:3000/api/v6/tokens/clean', 'internal'],
    ['http://2130706433:3000/', 'internal'],
    ['https://127.0.0.1:3000/', 'internal'],
    ['http://127.0.0.1/', undefined],
    ['http://localhost:3000/', undefined],
    ['https://api.example.com/', 'foreign'],
  ])('%s is %s', (text, expected) => {
    expect(trustOf(text)).toBe(expected);
  });

  it.each([
    ['https://api.internal', 'https://api.internal/x', 'internal'],
    ['https://api.internal', 'http://api.internal:443/x', 'private'],
    ['https://10.0.0.7', 'http://10.0.0.7:443/x', 'private'],
    ['https://10.0.0.7:8443', 'http://10.0.0.7:8443/x', 'private'],
    ['http://api.internal:3000', 'http://api.internal:3000/x', 'internal'],
    ['http://api.internal:3000', 'https://api.internal:3000/x', 'internal'],
    ['http://api.internal:3000', 'http://api.internal:3001/x', 'foreign'],
  ])('with the API at %s, %s is %s: the scheme belongs to the trust', (base, text, expected) => {
    expect(parseWebhookUrl(text, { ...hosts, INTERNAL_BASE_URL: base })?.trust).toBe(expected);
  });

  it.each(['localhost', 'jobs.localhost', 'LOCALHOST', '127.0.0.1', '127.9.8.7', '[::1]', 'localhost.'])(
    'a listed host on this machine (%s) is internal without TLS, too',
    (host) => {
      const { INTERNAL_WEBHOOK_HOSTS } = loadConfig({ APP_ENV: 'test', INTERNAL_WEBHOOK_HOSTS: `${host}:*` });
      expect(parseWebhookUrl(`http://${host}:99/`, { ...hosts, INTERNAL_WEBHOOK_HOSTS })?.trust).toBe(
        'internal',
      );
    },
  );

  it.each([
    'localhost.example.com',
    'notlocalhost',
    '127.example.com',
    '128.0.0.1',
    '[::2]',
    '[::ffff:7f00:1]',
  ])('a listed host that only looks like this machine (%s) is not', (host) => {
    const { INTERNAL_WEBHOOK_HOSTS } = loadConfig({ APP_ENV: 'test', INTERNAL_WEBHOOK_HOSTS: `${host}:*` });
    expect(parseWebhookUrl(`http://${host}:99/`, { ...hosts, INTERNAL_WEBHOOK_HOSTS })?.trust).toBe(
      'private',
    );
  });

  it.each([
    ...[
      '',
      'example.com',
      '/hook',
      '//example.com/',
      'ftp://example.com/',
      'javascript:alert(1)',
      'file:///x',
    ],
    ...['http:example.com', 'http:/example.com', 'http:///example.com', 'http://', 'http://?x', 'https://#'],
    ...[
      'http://user@example.com/',
      'http://user:pw@example.com/',
      'http://:pw@example.com/',
      'http://@example.com/',
    ],
    ...[
      'http:\\\\example.com/',
      'http://example.com\\@localhost/',
      'http://exam\tple.com/',
      ' http://example.com/',
    ],
    ...[
      'http://example.com/\n',
      'http://example.com/a b',
      'http://exam ple.com/',
      'http://example.com:99999/',
    ],
    ...[
      'http://example.com:port/',
      'http://[::1/',
      'http://[example.com]/',
      'http://1.2.3.4.5/',
      'http://./',
    ],
    ...[
      'http://localhost/',
      'https://LOCALHOST/',
      'http://localhost./',
      'http://localhost../',
      'http://a.localhost/',
    ],
    ...['http://a.b.LocalHost.:80/', 'http://%6cocalhost/', 'http://ｌocalhost/', 'http://ⓛocalhost/'],
  ])('%j is refused', (text) => {
    expect(trustOf(text)).toBeUndefined();
  });

  it('of a loopback address are refused in whatever notation', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const spelled = (value: number) =>
      fc.constantFrom(
        String(value),
        `0x${value.toString(16)}`,
        `0${value.toString(8)}`,
        `0X00${value.toString(16)}`,
      );
    const dotted = fc
      .tuple(byte, byte, byte)
      .chain((rest) => fc.tuple(...[127, ...rest].map(spelled)))
      .map((parts) => parts.join('.'));
    const short = fc.integer({ min: 127 * 2 ** 24, max: 128 * 2 ** 24 - 1 }).chain(spelled);
    fc.assert(
      fc.property(fc.oneof(dotted, short), fc.constantFrom('', '.'), (host, dot) => {
        expect(trustOf(`http://${host}${dot}/`)).toBeUndefined();
      }),
    );
  });

  it('are read without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => void trustOf(`http://${text}`)));
  });
});
