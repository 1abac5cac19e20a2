import { Validator } from '@seriousme/openapi-schema-validator';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findChromium } from '#dev/chromium.ts';
import { call, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

it('serves a valid OpenAPI 3.1 document that is 304 the second time', async () => {
  const answer = await call(`${api.url}/openapi.json`);
  expect(answer.json.openapi).toBe('3.1.0');
  expect(await new Validator().validate(answer.json)).toMatchObject({ valid: true });
  expect(Object.keys(answer.json.paths)).toContain('/api/v6/auth/register');
  const etag = answer.headers.get('etag') ?? '';
  expect((await call(`${api.url}/openapi.json`, { headers: { 'if-none-match': etag } })).status).toBe(304);
});

it('shows the reference in a browser, from this host alone and without errors', {
  timeout: 180_000,
}, async () => {
  const { executablePath, env, args } = await findChromium(() => {});
  const browser = await chromium.launch({ executablePath, env, args: [...args] });
  try {
    const page = await browser.newPage();
    const hosts = new Set<string>();
    const complaints: string[] = [];
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${api.url}/docs`);
    await page.waitForSelector('#operations-Accounts-register', { timeout: 30_000 });
    expect(await page.title()).toBe('JapaneseStudent API');
    expect(await page.locator('.opblock').count()).toBeGreaterThanOrEqual(10);
    await page.locator('.opblock', { hasText: '/health' }).locator('.opblock-summary-control').click();
    await page.getByRole('button', { name: 'Try it out' }).click();
    await page.getByRole('button', { name: 'Execute' }).click();
    await page.waitForSelector('.live-responses-table', { timeout: 10_000 });
    expect(await page.locator('.live-responses-table').textContent()).toContain('"status": "ok"');
    expect([...hosts]).toEqual([new URL(api.url).host]);
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
  }
});
