import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startServices } from '#dev/services/services.ts';
import { type Gate, startGate } from '#functions/tasks/testing/gate.ts';
import { startWebhookSink, type WebhookSink } from '#functions/tasks/testing/webhook-sink.ts';
import { loadConfig } from '#shared/config/config.ts';
import { openResources, type Resources } from '#shared/host/resources.ts';
import { type MailSink, startMailSink } from '#shared/testing/mail-sink.ts';
import { openTestResources, type TestResources } from '#shared/testing/test-resources.ts';
import { type NodeProcess, type Roles, startProcess } from './processes.ts';

/** Everything that can be cut, held, flushed or killed, and what it leaves behind. */
export interface FaultWorld {
  /** Past the gates: for looking and for arranging. */
  readonly resources: TestResources;
  readonly sink: MailSink;
  readonly webhooks: WebhookSink;
  /** What stands between the processes and the servers. */
  readonly gates: { readonly [server in 'database' | 'redis' | 'smtp' | 'webhook']: Gate };
  readonly webhookUrl: (name: string) => string;
  readonly start: (roles: Roles) => Promise<NodeProcess>;
  /** Resources of this process that go through the gates, as those of an API do. */
  readonly openApi: () => Promise<Resources>;
  /** FLUSHALL on the Redis that this world has for itself. */
  readonly flush: () => Promise<void>;
  /** Opens all gates and lets all servers accept; what was held of killed processes is dropped. */
  readonly heal: () => Promise<void>;
  /** Kills what is still running, then heals. */
  readonly reset: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Short, so that tests need not wait, in the order of the real times. */
const QUICK = {
  TASK_TICK_SECONDS: '1',
  TASK_LOOKAHEAD_SECONDS: '3',
  TASK_LEASE_SECONDS: '2',
  TASK_RETRY_DELAYS_SECONDS: '1,1,1,1',
  TASK_RETRY_JITTER: '0',
  SMTP_CONNECT_TIMEOUT_MS: '3000',
  SMTP_SEND_TIMEOUT_MS: '3000',
  WEBHOOK_TIMEOUT_MS: '1500',
  LOG_LEVEL: 'silent',
};

/** Polls until the condition holds. @throws after the timeout, naming what was waited for */
export const until = async (
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<void> => {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await sleep(15);
  }
};

/** Opens a world for a test file, with a database and a Redis of its own. */
export const openFaultWorld = async (
  settings: Readonly<Record<string, string>> = {},
): Promise<FaultWorld> => {
  const directory = await mkdtemp(join(tmpdir(), 'japanesestudent-faults-'));
  const outer = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('REDIS_'),
  );
  const services = await startServices({
    directory,
    durability: 'throw-away',
    environment: Object.fromEntries(outer),
    progress: () => {},
  });
  const sink = await startMailSink();
  const webhooks = await startWebhookSink();
  const { database, redis } = services;
  const gates = {
    database: await startGate(database.host, database.port),
    redis: await startGate(redis.host, redis.port),
    smtp: await startGate('127.0.0.1', sink.port),
    webhook: await startGate('127.0.0.1', webhooks.port),
  };
  const own = { ...services.environment, ...QUICK, SMTP_FROM: 'noreply@example.org', ...settings };
  const resources = await openTestResources({ ...own, SMTP_PORT: String(sink.port) });
  const gated: Record<string, string> = {
    ...Object.fromEntries(outer),
    ...own,
    APP_ENV: 'test',
    DB_NAME: resources.config.DB_NAME,
    REDIS_PREFIX: resources.config.REDIS_PREFIX,
    DB_HOST: '127.0.0.1',
    DB_PORT: String(gates.database.port),
    REDIS_HOST: '127.0.0.1',
    REDIS_PORT: String(gates.redis.port),
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(gates.smtp.port),
    WEBHOOK_PRIVATE_HOSTS: '127.0.0.1:*',
    RATE_LIMIT_PER_MINUTE: '0',
    LOG_LEVEL: 'error',
  };
  const processes = new Set<NodeProcess>();

  const heal = async (): Promise<void> => {
    sink.behave(() => 'accept');
    webhooks.behave((_call, response) => void response.end());
    for (const gate of Object.values(gates)) gate.open();
  };
  const reset = async (): Promise<void> => {
    for (const running of processes) await running.kill();
    processes.clear();
    // What a killed process had sent must vanish with its connections, not arrive when the gates open.
    const held = () => Object.values(gates).reduce((total, gate) => total + gate.heldBytes(), 0);
    await until('the connections of killed processes are closed', () => held() === 0);
    await heal();
  };
  return {
    resources,
    sink,
    webhooks,
    gates,
    webhookUrl: (name) => `http://127.0.0.1:${gates.webhook.port}/${name}`,
    start: async (roles) => {
      const started = await startProcess(roles, gated);
      processes.add(started);
      return started;
    },
    openApi: () => openResources(loadConfig(gated), resources.log),
    flush: async () => {
      const client = new Redis(services.redis.url);
      await client.flushall();
      client.disconnect();
    },
    heal,
    reset,
    close: async () => {
      await reset();
      await resources.close();
      await Promise.all(Object.values(gates).map((gate) => gate.stop()));
      await sink.close();
      await webhooks.close();
      await services.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
