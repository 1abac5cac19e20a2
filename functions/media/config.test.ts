import { describe, expect, it } from 'vitest';
import { loadConfig } from '#shared/config/config.ts';

const load = (environment: NodeJS.ProcessEnv) => loadConfig({ APP_ENV: 'test', ...environment });

describe('the variables of media', () => {
  it('have the defaults of media.md', () => {
    expect(load({})).toMatchObject({
      MEDIA_STORE: 'filesystem',
      MEDIA_LINK_WINDOW: 21_600_000,
      MEDIA_UPLOAD_TTL: 3_600_000,
      MEDIA_ATTACH_TTL: 43_200_000,
      MEDIA_DIRECT_MAX_BYTES: Number.MAX_SAFE_INTEGER,
      MEDIA_LARGE_GET: 'stream',
      MEDIA_SWEEP_CRON: '17 * * * *',
    });
  });

  it('follow the platform', () => {
    const onLambda = { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001', MEDIA_STORE: 's3', MEDIA_S3_BUCKET: 'b' };
    expect(load(onLambda)).toMatchObject({ MEDIA_DIRECT_MAX_BYTES: 4_194_304, MEDIA_LARGE_GET: 'redirect' });
    expect(() => load({ AWS_LAMBDA_RUNTIME_API: 'x' })).toThrow('MEDIA_LARGE_GET');
  });

  it.each([
    ['MEDIA_S3_BUCKET', { MEDIA_STORE: 's3' }],
    ['MEDIA_S3_ACCESS_KEY_ID', { MEDIA_S3_ACCESS_KEY_ID: 'only one' }],
    ['MEDIA_LARGE_GET', { MEDIA_LARGE_GET: 'redirect' }],
    ['MEDIA_STORE', { MEDIA_STORE: 'tape' }],
    ['MEDIA_LINK_WINDOW', { MEDIA_LINK_WINDOW: '7h' }],
    ['MEDIA_UPLOAD_TTL', { MEDIA_UPLOAD_TTL: '0s' }],
    ['MEDIA_ATTACH_TTL', { MEDIA_ATTACH_TTL: '13h' }],
    ['MEDIA_SWEEP_GRACE', { MEDIA_SWEEP_GRACE: '59s' }],
    ['MEDIA_SWEEP_CRON', { MEDIA_SWEEP_CRON: '61 * * * *' }],
    ['MEDIA_SWEEP_CRON', { MEDIA_SWEEP_CRON: '* * *' }],
    ['MEDIA_URL_SECRET_PREVIOUS', { MEDIA_URL_SECRET_PREVIOUS: 'short' }],
    ['PUBLIC_BASE_URL', { PUBLIC_BASE_URL: 'https://x.example/api/v6' }],
    ['PUBLIC_BASE_URL', { PUBLIC_BASE_URL: 'https://x.example/?a=b' }],
  ])('name a bad %s', (name, environment) => {
    expect(() => load(environment)).toThrow(`${name}:`);
  });
});
