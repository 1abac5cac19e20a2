import type { LookupAddress } from 'node:dns';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '#shared/config/config.ts';
import { startWebhookSink, type WebhookSink } from '../testing/webhook-sink.ts';
import { callWebhook, type WebhookResult } from './call-webhook.ts';
import type { Resolve } from './guarded-lookup.ts';

/** Listens on all addresses of this machine: whatever reaches it is a hole in the guard. */
let trap: WebhookSink;
/** A host that the configuration lists, so that it may answer with hostile redirects. */
let listed: WebhookSink;
let before: number;

beforeAll(async () => {
  // Without IPv6 on the machine the trap is on its IPv4 addresses.
  trap = await startWebhookSink('::').catch(() => startWebhookSink('0.0.0.0'));
  listed = await startWebhookSink();
});
afterAll(async () => {
  await trap.close();
  await listed.close();
});
beforeEach(() => {
  before = trap.connections();
});

/** Answers each question with the next list of addresses, and the last one for ever. */
const answering = (...answers: readonly (readonly string[])[]) => {
  let asked = 0;
  const resolve: Resolve = (_hostname, _options, callback) => {
    const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    const found: LookupAddress[] = addresses.map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    setImmediate(callback, null, found);
  };
  return { resolve, asked: () => asked };
};

const call = (url: string, resolve: Resolve = answering(['127.0.0.1']).resolve): Promise<WebhookResult> => {
  const config = loadConfig({
    APP_ENV: 'test',
    WEBHOOK_TIMEOUT_MS: '400',
    WEBHOOK_PRIVATE_HOSTS: `listed.example:${listed.port}`,
  });
  const request = { url, method: 'POST', runId: 1, taskId: 1 } as const;
  return callWebhook(request, { config, now: () => new Date(), resolve }, new AbortController().signal);
};

const expectRefused = (result: WebhookResult): void => {
  expect(result).toEqual({ failure: { code: 'url_not_allowed', detail: expect.any(String) } });
  expect(trap.connections()).toBe(before);
};

test('the trap works', async () => {
  await fetch(`http://127.0.0.1:${trap.port}/`);
  expect(trap.connections()).toBe(before + 1);
});

describe('a host that is spelled as an address', () => {
  test.each([
    ...['127.0.0.1', '127.0.0.2', '127.255.255.254', '127.1', '127.0.1', '127.000.000.001', '127.0.0.1.'],
    ...['2130706433', '2130706433.', '0x7f000001', '0X7F000001', '017700000001', '0x7f.1', '0x7f.0.0.1'],
    ...['0177.0.0.1', '0177.0.0.01', '0177.0x0.0.1', '127.0x1', '%31%32%37.0.0.1', '127%2e0%2e0%2e1'],
    ...['１２７.0.0.1', '127。0。0。1', '127．0．0．1', '①②⑦.⓪.⓪.①'],
    ...['0.0.0.0', '0', '0x0', '00000', '0.0', '[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[0000::0001]'],
    ...['[::ffff:127.0.0.1]', '[::FFFF:7f00:1]', '[0:0:0:0:0:ffff:7f00:0001]', '[::127.0.0.1]'],
    ...['[::ffff:0:127.0.0.1]', '[64:ff9b::127.0.0.1]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]'],
    ...['[2001:0:7f00:1::]', '[fe80::1]', '[fec0::1]', '[fd00:ec2::254]', '[ff02::1]', '[2001:db8::1]'],
    ...['10.0.0.1', '172.16.0.1', '192.168.0.1', '169.254.169.254', '0xa9fea9fe', '2852039166', '100.64.0.1'],
    ...['192.0.2.1', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '192.88.99.1'],
  ])('%s', async (host) => {
    expectRefused(await call(`http://${host}:${trap.port}/`));
  });
});

describe('a host that is spelled as a name of this machine', () => {
  test.each([
    ...['localhost', 'LOCALHOST', 'LocalHost.', 'localhost..', 'a.localhost', 'a.b.localhost.'],
    ...[
      '%6cocalhost',
      'ｌｏｃａｌｈｏｓｔ',
      'ⓛocalhost',
      'user@localhost',
      'example.com@localhost',
      '@127.0.0.1',
    ],
  ])('%s', async (host) => {
    expectRefused(await call(`http://${host}:${trap.port}/`));
  });
});

describe('a url that another reader would take for another', () => {
  test.each([
    'http:\\\\127.0.0.1:PORT/',
    'http://example.com\\@127.0.0.1:PORT/',
    'http:/127.0.0.1:PORT/',
    'http:127.0.0.1:PORT/',
    'http://127.0.\t0.1:PORT/',
    'http://127.0.0.1:PORT\n/',
    ' http://127.0.0.1:PORT/',
    'http://127.0.0.1:PORT#@example.com/',
    'http://127.0.0.1:PORT?@example.com/',
    'https://127.0.0.1:PORT/',
    'ftp://127.0.0.1:PORT/',
    'ws://127.0.0.1:PORT/',
  ])('%j', async (url) => {
    expectRefused(await call(url.replace('PORT', String(trap.port))));
  });
});

describe('a name with an address that is not public', () => {
  test.each([
    [['127.0.0.1']],
    [['0.0.0.0']],
    [['::1']],
    [['::']],
    [['::ffff:127.0.0.1']],
    [['::127.0.0.1']],
    [['64:ff9b::7f00:1']],
    [['2002:7f00:1::']],
    [['169.254.169.254']],
    [['fd00:ec2::254']],
    [['fe80::1%lo']],
    // One bad address among good ones is enough, wherever it stands.
    [['93.184.215.14', '127.0.0.1']],
    [['127.0.0.1', '93.184.215.14']],
    [['2606:4700::1111', '93.184.215.14', '::1']],
    [['not an address']],
    [[]],
  ])('%j', async (addresses) => {
    expectRefused(await call(`http://rebind.example:${trap.port}/`, answering(addresses).resolve));
    expectRefused(await call(`https://rebind.example:${trap.port}/`, answering(addresses).resolve));
  });
});

describe('a name whose answer changes', () => {
  // Of an unassigned part of the public range: nothing answers there.
  const nowhere = '2000::1';

  test('is resolved once a call, and only the checked address is tried', async () => {
    const { resolve, asked } = answering([nowhere], ['127.0.0.1']);
    const first = await call(`http://rebind.example:${trap.port}/`, resolve);
    expect(first.failure?.code).toMatch(/^webhook_(unreachable|timeout)$/);
    expect(asked()).toBe(1);
    expectRefused(await call(`http://rebind.example:${trap.port}/`, resolve));
    expect(asked()).toBe(2);
  });

  test('is refused although it was allowed in the call before', async () => {
    const { resolve } = answering([nowhere], [nowhere, '::1'], ['0.0.0.0']);
    await call(`http://rebind.example:${trap.port}/`, resolve);
    expectRefused(await call(`http://rebind.example:${trap.port}/`, resolve));
    expectRefused(await call(`http://rebind.example:${trap.port}/`, resolve));
  });
});

describe('a redirect', () => {
  test.each([
    ...[300, 301, 302, 303, 307, 308].map((status) => [status, 'http://127.0.0.1:PORT/'] as const),
    [302, 'http://localhost:PORT/'],
    [307, 'http://[::1]:PORT/'],
    [301, '//127.0.0.1:PORT/'],
    [305, 'http://127.0.0.1:PORT/'],
  ] as const)('%i to %s is not followed', async (status, location) => {
    listed.behave((_call, response) => {
      const to = location.replace('PORT', String(trap.port));
      response.writeHead(status, {
        Location: to,
        Refresh: `0; url=${to}`,
        'Alt-Svc': `h2="127.0.0.1:${trap.port}"`,
      });
      response.end('moved');
    });
    const result = await call(`http://listed.example:${listed.port}/`);
    expect(result).toEqual({
      httpStatus: status,
      failure: { code: 'http_error', detail: `${status} moved`, isPermanent: false },
    });
    expect(trap.connections()).toBe(before);
  });
});

test('a proxy of the environment is not used', async () => {
  const proxy = `http://127.0.0.1:${trap.port}`;
  const saved = { ...process.env };
  Object.assign(process.env, { HTTP_PROXY: proxy, http_proxy: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy });
  listed.behave((_call, response) => void response.end());
  try {
    expect(await call(`http://listed.example:${listed.port}/`)).toEqual({ httpStatus: 200 });
  } finally {
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY']) delete process.env[name];
    Object.assign(process.env, saved);
  }
  expect(trap.connections()).toBe(before);
});
