import { expect, test } from 'vitest';
import { apiEnvironment, wantedPort } from './api-environment.ts';

const facts = {
  port: 3_100,
  directory: '/checkout/.local',
  services: { DB_HOST: '127.0.0.1', DB_PORT: '4001' },
  smtpPort: 1_025,
};

test('fills in everything the API needs locally', () => {
  expect(apiEnvironment({}, facts)).toMatchObject({
    APP_ENV: 'local',
    PORT: '3100',
    PUBLIC_BASE_URL: 'http://localhost:3100',
    MEDIA_BASE_PATH: '/checkout/.local/media',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: '1025',
    TASK_TICK_SECONDS: '5',
    DB_PORT: '4001',
  });
});

test('what the caller set wins over defaults, empty values do not, and services are where they are', () => {
  const caller = { TASK_TICK_SECONDS: '60', API_KEY: '', DB_PORT: '9', PORT: '0' };
  expect(apiEnvironment(caller, facts)).toMatchObject({
    TASK_TICK_SECONDS: '60',
    API_KEY: 'local-api-key-worthless',
    DB_PORT: '4001',
    PORT: '3100',
  });
});

test("the caller's mail server stays when no mail catcher runs", () => {
  const environment = apiEnvironment(
    { SMTP_HOST: 'mail.example', SMTP_PORT: '25' },
    { ...facts, smtpPort: undefined },
  );
  expect(environment).toMatchObject({ SMTP_HOST: 'mail.example', SMTP_PORT: '25' });
});

test.each([
  [undefined, 3_000],
  ['', 3_000],
  ['0', 0],
  ['8080', 8_080],
])('PORT=%s asks for %d', (text, port) => {
  expect(wantedPort({ PORT: text })).toBe(port);
});

test.each(['abc', '70000', '-1', '3000.5'])('PORT=%s is refused', (text) => {
  expect(() => wantedPort({ PORT: text })).toThrow('PORT must be a port number');
});
