import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '#shared/config/config.ts';
import { startWebhookSink, type WebhookSink } from '../testing/webhook-sink.ts';
import { callWebhook, type WebhookRequest, type WebhookResult } from './call-webhook.ts';
import type { Resolve } from './guarded-lookup.ts';

const SECRETS = [Buffer.alloc(24, 1), Buffer.alloc(32, 2)];
const NOW = new Date('2026-01-02T00:00:05.900Z');
const DUE = new Date('2026-01-02T00:00:00.000Z');

let sink: WebhookSink;
beforeAll(async () => {
  sink = await startWebhookSink();
});
beforeEach(() => sink.behave((_call, response) => void response.end()));
afterAll(() => sink.close());

const toLoopback: Resolve = (_hostname, _options, callback) =>
  callback(null, [{ address: '127.0.0.1', family: 4 }]);

interface CallOptions {
  readonly host?: string;
  readonly settings?: NodeJS.ProcessEnv;
  readonly resolve?: Resolve;
  readonly stop?: AbortSignal;
}

const call = (given: Partial<WebhookRequest> = {}, options: CallOptions = {}): Promise<WebhookResult> => {
  const { host = 'partner.example', settings = {}, resolve = toLoopback } = options;
  const config = loadConfig({
    APP_ENV: 'test',
    API_KEY: 'the-api-key',
    INTERNAL_WEBHOOK_HOSTS: 'internal.example:*',
    WEBHOOK_PRIVATE_HOSTS: 'partner.example:*,internal.example:*',
    WEBHOOK_SIGNING_SECRETS: SECRETS.map((secret) => `whsec_${secret.toString('base64')}`).join(),
    WEBHOOK_TIMEOUT_MS: '300',
    ...settings,
  });
  const url = `http://${host}:${sink.port}/hook?a=b#c`;
  const request: WebhookRequest = { url, method: 'POST', runId: 57, taskId: 12, dueAt: DUE, ...given };
  const stop = options.stop ?? new AbortController().signal;
  return callWebhook(request, { config, now: () => NOW, resolve }, stop);
};

const lastCall = () => {
  const last = sink.calls.at(-1);
  if (!last) throw new Error('no call arrived');
  return last;
};

describe('the request', () => {
  test('of a POST names run, task and due time, and is signed with every secret', async () => {
    expect(await call()).toEqual({ httpStatus: 200 });
    const { method, path, headers, body } = lastCall();
    expect([method, path]).toEqual(['POST', '/hook?a=b']);
    expect(body).toBe('{"run_id":57,"task_id":12,"due_at":"2026-01-02T00:00:00.000Z"}');
    const timestamp = Math.floor(NOW.getTime() / 1_000);
    const signatures = SECRETS.map(
      (secret) => `v1,${createHmac('sha256', secret).update(`run-57.${timestamp}.${body}`).digest('base64')}`,
    );
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-task-run-id': 'run-57',
      'idempotency-key': 'run-57',
      'user-agent': 'JapaneseStudent-Tasks',
      'webhook-id': 'run-57',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatures.join(' '),
    });
    expect(headers).not.toHaveProperty('x-api-key');
  });

  test('of a manual run has no due time', async () => {
    const config = loadConfig({ APP_ENV: 'test', WEBHOOK_PRIVATE_HOSTS: '127.0.0.1:*' });
    const url = `http://127.0.0.1:${sink.port}/`;
    const manual: WebhookRequest = { url, method: 'POST', runId: 57, taskId: 12 };
    await callWebhook(manual, { config, now: () => NOW }, new AbortController().signal);
    expect(lastCall().body).toBe('{"run_id":57,"task_id":12}');
  });

  test('of a GET has no body and signs an empty one', async () => {
    await call({ method: 'GET' });
    const { method, headers, body } = lastCall();
    expect([method, body]).toEqual(['GET', '']);
    expect(headers).not.toHaveProperty('content-type');
    expect(headers).not.toHaveProperty('content-length');
    const signed = `run-57.${Math.floor(NOW.getTime() / 1_000)}.`;
    const [first] = SECRETS.map((secret) => createHmac('sha256', secret).update(signed).digest('base64'));
    expect(headers['webhook-signature']).toContain(`v1,${first} `);
  });

  test('to an internal host carries the key instead of a signature, though it is on both lists', async () => {
    const settings = {
      INTERNAL_WEBHOOK_HOSTS: 'jobs.localhost:*',
      WEBHOOK_PRIVATE_HOSTS: 'jobs.localhost:*',
    };
    await call({}, { host: 'jobs.localhost', settings });
    expect(lastCall().headers).toMatchObject({ 'x-api-key': 'the-api-key', 'idempotency-key': 'run-57' });
    expect(Object.keys(lastCall().headers).filter((name) => name.startsWith('webhook-'))).toEqual([]);
  });

  test('in clear to an internal host carries a signature instead of the key', async () => {
    expect(await call({}, { host: 'internal.example' })).toEqual({ httpStatus: 200 });
    expect(lastCall().headers).not.toHaveProperty('x-api-key');
    expect(lastCall().headers).toHaveProperty('webhook-signature');
  });

  test('in clear to where the API has TLS carries no key', async () => {
    const settings = { INTERNAL_BASE_URL: `https://api.example:${sink.port}` };
    await call({}, { host: 'api.example', settings });
    expect(lastCall().headers).not.toHaveProperty('x-api-key');
  });

  test('to the API itself carries the key', async () => {
    const settings = { INTERNAL_BASE_URL: `http://api.example:${sink.port}` };
    await call({}, { host: 'API.example', settings });
    expect(lastCall().headers).toMatchObject({ 'x-api-key': 'the-api-key' });
  });

  test('carries neither without key and secrets', async () => {
    const config = loadConfig({
      APP_ENV: 'production',
      PUBLIC_BASE_URL: 'https://api.example.com',
      JWT_SECRET: 'x'.repeat(32),
      MEDIA_URL_SECRET: 'y'.repeat(32),
      INTERNAL_WEBHOOK_HOSTS: 'internal.example:*',
      WEBHOOK_PRIVATE_HOSTS: 'partner.example:*',
    });
    for (const host of ['internal.example', 'partner.example']) {
      const url = `http://${host}:${sink.port}/`;
      const context = { config, now: () => NOW, resolve: toLoopback };
      await callWebhook({ url, method: 'GET', runId: 1, taskId: 1 }, context, new AbortController().signal);
      const names = Object.keys(lastCall().headers);
      expect(names.filter((name) => /^(webhook-|x-api-key)/.test(name))).toEqual([]);
    }
  });
});

describe('the answer', () => {
  test.each([
    [200, undefined],
    [201, undefined],
    [204, undefined],
    [299, undefined],
    [302, false],
    [304, false],
    [400, true],
    [401, true],
    [404, true],
    [408, false],
    [410, true],
    [418, true],
    [425, false],
    [429, false],
    [499, true],
    [500, false],
    [503, false],
    [599, false],
  ])('%i', async (status, isPermanent) => {
    sink.behave((_call, response) => {
      response.writeHead(status, { 'Retry-After': '1' }).end();
    });
    const failure = { code: 'http_error', detail: `${status} `, isPermanent };
    expect(await call()).toEqual({
      httpStatus: status,
      ...(isPermanent === undefined ? {} : { failure }),
    });
  });

  test('keeps the beginning of its body', async () => {
    sink.behave((_call, response) => void response.end('届いた'));
    expect(await call()).toEqual({ httpStatus: 200, response: '届いた' });
    sink.behave((_call, response) => void response.writeHead(503).end('try later'));
    expect((await call()).failure).toMatchObject({ code: 'http_error', detail: '503 try later' });
  });

  test('is cut between two characters, and its rest is not waited for', async () => {
    const ended = new Promise<void>((resolve) => {
      sink.behave((_call, response) => {
        response.write('日'.repeat(2_000));
        response.once('close', resolve);
      });
    });
    const startedAt = performance.now();
    const { response = '' } = await call({}, { settings: { WEBHOOK_TIMEOUT_MS: '5000' } });
    expect(response).toBe('日'.repeat(Math.floor(4_096 / 3)));
    await ended;
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test('counts by its status when the body is slow or breaks off', async () => {
    sink.behave((_call, response) => void response.writeHead(200).write('half'));
    expect(await call()).toEqual({ httpStatus: 200, response: 'half' });
    sink.behave((_call, response) => void response.writeHead(404).write('half'));
    expect((await call()).failure).toMatchObject({ detail: '404 half', isPermanent: true });
    sink.behave((_call, response) => {
      response.writeHead(201, { 'Content-Length': '100' }).write('half', () => response.destroy());
    });
    expect(await call()).toEqual({ httpStatus: 201, response: 'half' });
  });
});

describe('no answer', () => {
  test('in time, from a server that says nothing', async () => {
    sink.behave(() => undefined);
    const startedAt = performance.now();
    expect(await call()).toEqual({ failure: { code: 'webhook_timeout', detail: 'no answer within 300 ms' } });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  test('in time, from a name service that says nothing', async () => {
    const result = await call({}, { resolve: () => undefined });
    expect(result).toEqual({ failure: { code: 'webhook_timeout', detail: 'no answer within 300 ms' } });
  });

  test('from a name service and the server that share the time', async () => {
    sink.behave((_call, response) => void setTimeout(() => response.end(), 250));
    const resolve: Resolve = (hostname, options, callback) =>
      void setTimeout(() => toLoopback(hostname, options, callback), 250);
    expect((await call({}, { resolve })).failure?.code).toBe('webhook_timeout');
  });

  test('because the connection is dropped', async () => {
    sink.behave((_call, response) => void response.destroy());
    expect((await call()).failure?.code).toBe('webhook_unreachable');
  });

  test('because the name does not exist', async () => {
    const resolve: Resolve = (_hostname, _options, callback) =>
      callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    const failure = { code: 'webhook_unreachable', detail: 'ENOTFOUND' };
    expect(await call({}, { resolve })).toEqual({ failure });
  });

  test('because the worker is told to stop', async () => {
    const stop = new AbortController();
    sink.behave(() => stop.abort());
    expect((await call({}, { stop: stop.signal })).failure?.code).toBe('interrupted');
  });

  test('because what answers speaks no HTTP', async () => {
    const stranger: Server = createServer((socket) => void socket.end('220 smtp.example ESMTP\r\n'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const address = stranger.address();
    const port = address === null || typeof address === 'string' ? 0 : address.port;
    const result = await call({ url: `http://partner.example:${port}/` });
    await call({ url: `https://partner.example:${port}/` }).then(({ failure }) =>
      expect(failure?.code).toBe('webhook_unreachable'),
    );
    stranger.close();
    expect(result.failure?.code).toBe('webhook_unreachable');
  });

  test('because nothing listens', async () => {
    const closed = await startWebhookSink();
    await closed.close();
    const result = await call({ url: `http://partner.example:${closed.port}/` });
    expect(result).toEqual({ failure: { code: 'webhook_unreachable', detail: 'ECONNREFUSED' } });
  });
});
