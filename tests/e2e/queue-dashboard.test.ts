import { chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '#dev/chromium.ts';
import { loadConfig } from '#shared/config/config.ts';
import { machineClock } from '#shared/host/machine-clock.ts';
import { signInAs } from '#shared/testing/accounts.ts';
import { testEnvironment } from '#shared/testing/test-resources.ts';
import { call, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
let tokens: Record<'user' | 'tutor' | 'admin', string>;
beforeAll(async () => {
  api = await startApi({ API_KEY: 'service-key', TASK_RETRY_DELAYS_SECONDS: '3600' });
  const config = loadConfig(testEnvironment());
  const tokenOf = async (role: 1 | 2 | 3) =>
    (await signInAs({ db: api.db, config, now: machineClock }, role)).headers.authorization.replace(
      'Bearer ',
      '',
    );
  tokens = { user: await tokenOf(1), tutor: await tokenOf(2), admin: await tokenOf(3) };
});
afterAll(() => api.stop());

const PATHS = ['/admin/queues', '/admin/queues/api/queues', '/admin/queues/static/favicon.ico'];

describe('the queue dashboard', () => {
  it.each(PATHS)('%s is for administrators', async (path) => {
    const status = async (more: object) => (await call(`${api.url}${path}`, more)).status;
    expect(await status({})).toBe(401);
    expect(await status({ token: 'bad' })).toBe(401);
    expect(await status({ token: tokens.user })).toBe(403);
    expect(await status({ token: tokens.tutor })).toBe(403);
    expect(await status({ token: tokens.admin })).toBe(200);
    expect(await status({ headers: { cookie: `access_token=${tokens.admin}` } })).toBe(200);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('refuses %s everywhere', async (method) => {
    const headers = { origin: api.url };
    for (const path of [...PATHS, '/admin/queues/api/queues/immediate/pause']) {
      const answer = await call(`${api.url}${path}`, { method, token: tokens.admin, headers });
      expect([answer.status, answer.json.code]).toEqual([405, 'method_not_allowed']);
    }
  });

  it.each([
    'static/../../package.json',
    'static/..%2f..%2fpackage.json',
    'static/%2e%2e/index.ejs',
    'static/nothing.js',
    'index.ejs',
    'api/nothing',
    'api/queues/nothing/metrics',
    'queue/immediate/1/2/3',
  ])('%s is not there', async (path) => {
    const { status } = await call(`${api.url}/admin/queues/${path}`, { token: tokens.admin });
    expect(status).toBe(404);
  });

  it('tells the queues, read-only, and nothing but identifiers of their jobs', async () => {
    api.mail.behave((stage) => (stage === 'recipient' ? { code: 450, text: 'later' } : 'accept'));
    await call(`${api.url}/api/v6/tasks/immediate`, {
      method: 'POST',
      headers: { 'x-api-key': 'service-key' },
      body: { email_slug: 'register_template', content: 'ann@example.com;secret-of-hanako' },
    });
    const jobs = () =>
      call(`${api.url}/admin/queues/api/queues?activeQueue=immediate&status=delayed`, {
        token: tokens.admin,
      });
    await expect.poll(async () => (await jobs()).json.queues[0].counts.delayed, { timeout: 10_000 }).toBe(1);
    const answer = await jobs();
    expect(answer.json.queues).toMatchObject([
      {
        name: 'immediate',
        readOnlyMode: true,
        jobs: [{ id: 'im-1-1-2', data: { id: 1, round: 1, attempt: 2 } }],
      },
      { name: 'mail-requests', readOnlyMode: true },
      { name: 'media-removal', readOnlyMode: true },
      { name: 'scheduled', readOnlyMode: true },
    ]);
    expect(JSON.stringify(answer.json)).not.toMatch(/hanako|ann@/);
  });

  it('shows itself in a browser, from this host alone and without errors', {
    timeout: 180_000,
  }, async () => {
    const { executablePath, env, args } = await findChromium(() => {});
    const browser = await chromium.launch({ executablePath, env, args: [...args] });
    try {
      const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } });
      await context.addCookies([{ name: 'access_token', value: tokens.admin, url: api.url }]);
      const page = await context.newPage();
      const { hosts, complaints } = listen(page);
      await page.goto(`${api.url}/admin/queues`);
      await page.getByText('immediate').first().waitFor({ timeout: 30_000 });
      expect(await page.title()).toBe('JapaneseStudent queues');
      await page.goto(`${api.url}/admin/queues/queue/immediate?status=delayed`);
      await page.getByText('im-1-1-2').first().waitFor({ timeout: 10_000 });
      expect(await page.getByRole('button', { name: /pause|empty|retry all|clean/i }).count()).toBe(0);
      expect([...hosts]).toEqual([new URL(api.url).host]);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

/** The hosts that a page asks, and what it complains about. */
const listen = (page: Page) => {
  const hosts = new Set<string>();
  const complaints: string[] = [];
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  return { hosts, complaints };
};
