import { connect, createServer } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '#shared/config/config.ts';
import { redisUrl } from '#shared/redis/redis.ts';
import { testEnvironment } from '#shared/testing/test-resources.ts';
import { call, type RunningApi, startApi } from './running-api.ts';

const LOCAL_PASSWORD = 'japanese-student-local';
const PREFIX = 'account-work';

let api: RunningApi;
/** An address that is known before the API has its port, for its own calls to itself. */
const front = createServer((socket) => {
  const there = connect(Number(new URL(api.url).port), '127.0.0.1');
  socket.pipe(there).pipe(socket);
  for (const end of [socket, there]) end.on('error', () => undefined);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    front.listen(0, '127.0.0.1', resolve);
  });
  const { port } = front.address() as { port: number };
  api = await startApi({
    INTERNAL_BASE_URL: `http://127.0.0.1:${port}`,
    REDIS_PREFIX: `${PREFIX}-${process.pid}`,
    TASK_LEASE_SECONDS: '2',
    TASK_RETRY_DELAYS_SECONDS: '1,1,1,1',
  });
});
afterAll(async () => {
  await api.stop();
  front.close();
});

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const logIn = async (login: string): Promise<string> => {
  const answer = await call(`${api.url}/api/v6/auth/login`, {
    method: 'POST',
    headers: { 'x-auth-mode': 'token' },
    body: { login, password: LOCAL_PASSWORD },
  });
  return answer.json.accessToken;
};

it('cleans when its schedule says so', async () => {
  const gone = await logIn('student@example.com');
  await call(`${api.url}/api/v6/auth/logout-all`, { method: 'POST', token: gone });
  const token = await logIn('admin@example.com');
  const scheduled = await call(`${api.url}/api/v6/admin/tasks/schedule-token-cleaning`, {
    method: 'POST',
    token,
  });
  expect(scheduled.status).toBe(201);
  const task = `${api.url}${scheduled.headers.get('location')}`;
  const run = await call(`${task}/run`, { method: 'POST', token });
  expect(run.status).toBe(202);
  const sessions = () => api.db.selectFrom('user_sessions').select(['ended_at']).execute();
  await until(async () => (await sessions()).every(({ ended_at }) => ended_at === null));
  expect(await sessions()).toHaveLength(1);
  const logs = () => api.db.selectFrom('scheduled_task_logs').select(['status', 'http_status']).execute();
  await until(async () => (await logs()).length > 0);
  expect(await logs()).toMatchObject([{ http_status: 200 }]);
});

it('answers every request for a link once, through a killed API and a flushed Redis', async () => {
  const ask = (path: string) =>
    call(`${api.url}/api/v6/auth/${path}`, { method: 'POST', body: { email: 'tutor@example.com' } });
  const answers = await Promise.all(Array.from({ length: 3 }, () => ask('forgot-password')));
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
  api.kill();
  const redis = new Redis(redisUrl(loadConfig(testEnvironment())));
  // Only what is this test's own: others use the same server.
  const keys = await redis.keys(`*${PREFIX}-${process.pid}*`);
  if (keys.length > 0) await redis.del(keys);
  await api.restart();
  const requests = () => api.db.selectFrom('mail_requests').select(['done_at']).execute();
  await until(async () => (await requests()).every(({ done_at }) => done_at !== null));
  expect(await requests()).toHaveLength(3);
  const links = await api.db.selectFrom('one_time_tokens').select('id').execute();
  expect(links).toHaveLength(3);
  // A mail that was on its way when the process died may arrive twice (rule E7), but no link is made twice.
  const tokens = () =>
    api.mail.messages
      .filter(({ envelope }) => envelope.to.includes('tutor@example.com'))
      .map(({ text }) => /token=([\w-]{43})/.exec(text ?? '')?.[1]);
  await until(async () => new Set(tokens()).size === 3);
});
