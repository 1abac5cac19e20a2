import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { inject } from 'vitest';
import { startDevServer } from '#dev/dev-server.ts';
import { type Config, loadConfig } from '#shared/config/config.ts';
import { type Database, openDatabase } from '#shared/database/database.ts';
import { migrate } from '#shared/database/migrate.ts';
import { seed } from '#shared/database/seed.ts';
import { createLog } from '#shared/log/log.ts';
import { openRedis } from '#shared/redis/redis.ts';
import { type MailSink, startMailSink } from '#shared/testing/mail-sink.ts';
import { testEnvironment } from '#shared/testing/test-resources.ts';
import { writeEvidence } from '../secrets/evidence.ts';
import { openLedger } from '../secrets/ledger.ts';
import { databasePlaces, redisPlaces } from '../secrets/places.ts';

/** The API under serverless-offline with a database, a Redis prefix, a media store and a mail server of its own. */
export interface RunningApi {
  readonly url: string;
  /** Process id of the worker that serves. */
  readonly pid: () => number;
  readonly mail: MailSink;
  readonly db: Database;
  /** What the API wrote to standard output and error so far. */
  readonly output: () => string;
  /** Kills supervisor and worker at once, as a power cut would. */
  readonly kill: () => void;
  /** Starts again what was killed, on the same database. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const READY_MS = 30_000;

/** What passes through {@link call} and the mails of this test file. */
const ledger = openLedger();

/** Leaves what an API has kept, its log included, for the scan at the end of the suite. */
const leaveEvidence = async (
  config: Config,
  { db, mail, output }: Pick<RunningApi, 'db' | 'mail' | 'output'>,
): Promise<void> => {
  for (const { text = '' } of mail.messages) ledger.addLinks(text);
  for (const key of ['JWT_SECRET', 'API_KEY', 'MEDIA_URL_SECRET', 'TASK_CONTENT_SECRET'] as const) {
    ledger.add(key, config[key]);
  }
  const redis = openRedis(config, createLog('silent'));
  await redis.connect();
  const places = [
    ...(await databasePlaces(db)),
    ...(await redisPlaces(redis, `*${config.REDIS_PREFIX}*`)),
    { name: 'the log', text: output() },
  ];
  redis.disconnect();
  await writeEvidence(inject('evidenceDirectory'), { secrets: ledger.secrets, places });
};

const untilReady = async (url: string): Promise<void> => {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the API did not become ready');
};

/**
 * Starts everything; `overrides` wins over the test environment, and may name a database that exists and, as `PORT`,
 * the port to listen on.
 */
export const startApi = async (overrides: NodeJS.ProcessEnv = {}): Promise<RunningApi> => {
  const suffix = randomBytes(6).toString('hex');
  const mail = await startMailSink();
  const media = await mkdtemp(join(tmpdir(), 'japanesestudent-e2e-'));
  const environment = {
    ...testEnvironment(),
    LOG_LEVEL: 'info',
    DB_NAME: `test_${suffix}`,
    REDIS_PREFIX: `test-${suffix}`,
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(mail.port),
    MEDIA_BASE_PATH: media,
    TASK_TICK_SECONDS: '1',
    ...overrides,
  };
  const config = loadConfig(environment);
  const existing = overrides['DB_NAME'] ?? process.env['DB_NAME'] ?? 'mysql';
  const admin = openDatabase({ ...config, DB_NAME: existing, DB_POOL_SIZE: 2 });
  const db = openDatabase({ ...config, DB_POOL_SIZE: 2 });
  await sql`CREATE DATABASE IF NOT EXISTS ${sql.id(config.DB_NAME)} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(
    admin,
  );
  await migrate(db);
  await seed(db, loadConfig({ ...environment, APP_ENV: 'local' }));
  let output = '';
  const start = () =>
    startDevServer({
      port: Number(overrides['PORT'] ?? 0),
      environment,
      watch: false,
      log: (line) => {
        output += `${line}\n`;
      },
      output: (text) => {
        output += text;
      },
    });
  let server = await start();
  await untilReady(server.url);
  return {
    get url() {
      return server.url;
    },
    pid: () => server.pid(),
    mail,
    db,
    output: () => output,
    kill: () => server.kill('SIGKILL'),
    restart: async () => {
      server = await start();
      await untilReady(server.url);
    },
    stop: async () => {
      await server.stop();
      await leaveEvidence(config, { db, mail, output: () => output });
      await mail.close();
      await sql`DROP DATABASE IF EXISTS ${sql.id(config.DB_NAME)}`.execute(admin);
      await db.destroy();
      await admin.destroy();
      await rm(media, { recursive: true, force: true });
    },
  };
};

/** A call to the API in token mode. */
export interface Call {
  readonly method?: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer with its JSON parsed. */
export interface CallAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any;
}

/** Calls an absolute URL. */
export const call = async (
  url: string,
  { method = 'GET', token, body, headers = {} }: Call = {},
): Promise<CallAnswer> => {
  ledger.addNamed(body);
  ledger.addHeaders(headers);
  ledger.addLinks(url);
  if (token !== undefined) ledger.add('token', token);
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  const json = isJson && text !== '' ? JSON.parse(text) : undefined;
  ledger.addNamed(json);
  ledger.addCookies(response.headers.getSetCookie());
  return { status: response.status, headers: response.headers, json };
};
