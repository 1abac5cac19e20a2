import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Services, startServices } from '#dev/services/services.ts';
import { call, type RunningApi, startApi } from './running-api.ts';

const PASSWORD = 'correct horse battery staple';
// Short enough for a test, long enough that the order of events is the real one.
const QUICK_TASKS = {
  TASK_LEASE_SECONDS: '2',
  TASK_RETRY_DELAYS_SECONDS: '1,1,1,1',
  SMTP_CONNECT_TIMEOUT_MS: '60000',
};

let directory: string;
let services: Services;
let api: RunningApi;

// None of the servers that the other tests share: these are going to be killed.
const start = (): Promise<Services> =>
  startServices({ directory, durability: 'durable', environment: withoutServers(), progress: () => {} });
const withoutServers = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(DB|REDIS)_/.test(name)));

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'japanesestudent-power-'));
  services = await start();
  api = await startApi({ ...services.environment, ...QUICK_TASKS });
});
afterEach(async () => {
  await api.stop();
  await services.stop();
  await rm(directory, { recursive: true, force: true });
});

const killServers = async (): Promise<void> => {
  for (const name of ['mariadb', 'redis']) {
    process.kill(Number(await readFile(join(directory, `${name}.pid`), 'utf8')), 'SIGKILL');
  }
  // Whoever starts them again when they end loses the power, too.
  await services.stop();
};

const register = () =>
  call(`${api.url}/api/v6/auth/register`, {
    method: 'POST',
    body: { email: 'hanako@example.com', username: 'hanako', password: PASSWORD },
  });

const attempts = async (): Promise<number> => {
  const { rows } = await sql<{ n: number }>`SELECT COUNT(*) AS n FROM task_attempts`.execute(api.db);
  return Number(rows[0]?.n ?? 0);
};

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** The rest of the journey, from the mail on. */
const continueJourney = async (): Promise<void> => {
  const mail = await api.mail.waitFor(({ envelope }) => envelope.to.includes('hanako@example.com'), 20_000);
  const [link = ''] = /http[^\s<"]+validToken=[\w-]{43}/.exec(mail.text ?? '') ?? [];
  const { pathname, search } = new URL(link);
  expect((await call(`${api.url}${pathname}${search}`)).status).toBe(200);
  const tokens = await call(`${api.url}/api/v6/auth/login`, {
    method: 'POST',
    headers: { 'x-auth-mode': 'token' },
    body: { login: 'hanako', password: PASSWORD },
  });
  expect((await call(`${api.url}/api/v6/profile`, { token: tokens.json.accessToken })).json.username).toBe(
    'hanako',
  );
};

it('survives SIGKILL of API, MariaDB and Redis between the 201 and the mail', async () => {
  // The mail cannot leave while the server does not greet, so the attempt is under way when the power goes.
  api.mail.behave(() => 'hang');
  expect((await register()).status).toBe(201);
  await until(async () => (await attempts()) === 1);
  api.kill();
  await killServers();
  expect(api.mail.messages).toHaveLength(0);

  api.mail.behave(() => 'accept');
  services = await start();
  await api.restart();
  await continueJourney();
  const { rows } = await sql<{ outcome: string }>`SELECT outcome FROM task_attempts ORDER BY id`.execute(
    api.db,
  );
  expect(rows.map(({ outcome }) => outcome)).toEqual(['Interrupted', 'Completed']);
  expect(api.mail.messages).toHaveLength(1);
});

it('survives a flushed Redis before the mail left', async () => {
  api.mail.behave((stage) => (stage === 'recipient' ? { code: 451, text: 'try later' } : 'accept'));
  expect((await register()).status).toBe(201);
  await until(async () => (await attempts()) >= 1);
  const redis = new Redis(services.redis.url);
  await redis.flushall();
  redis.disconnect();
  api.mail.behave(() => 'accept');
  await continueJourney();
  expect(api.mail.messages).toHaveLength(1);
});
