import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '#shared/config/config.ts';
import { LOCAL_ACCOUNTS } from '#shared/config/local-accounts.ts';
import { openDatabase } from '#shared/database/database.ts';
import { migrate } from '#shared/database/migrate.ts';
import { seed } from '#shared/database/seed.ts';
import { declareDomains } from '#shared/declare-domains.ts';
import { apiEnvironment, wantedPort } from './api-environment.ts';
import { startDevServer } from './dev-server.ts';
import { type EnvironmentFile, writeEnvironmentFile } from './environment-file.ts';
import { startInbox } from './inbox.ts';
import { firstLine, LocalFailure } from './local-failure.ts';
import { takeLock } from './lock.ts';
import { ENVIRONMENT_FILE, LOCAL_DIRECTORY, START_LOCK } from './paths.ts';
import { type Progress, step } from './progress.ts';
import { freePort, portProblem } from './services/ports.ts';
import { abortSignal, refuseWhenAborted } from './services/processes.ts';
import { startServices } from './services/services.ts';
import type { UndoStack } from './undo-stack.ts';

/** An API that answers, but says for this long that something is missing, will not find it. */
const UNREADY_MS = 60_000;
const TELL_EVERY_MS = 10_000;

const claimFolder = async (undo: UndoStack): Promise<void> => {
  const holder = await takeLock(START_LOCK);
  if (holder !== undefined) {
    throw new LocalFailure(`npm start already runs in this folder (process ${holder}): stop it first`);
  }
  undo.push(() => rm(START_LOCK, { force: true }));
  await rm(ENVIRONMENT_FILE, { force: true });
};

const claimPort = async (environment: NodeJS.ProcessEnv): Promise<number> => {
  const port = wantedPort(environment);
  if (port === 0) return freePort();
  const problem = await portProblem(port);
  if (problem === undefined) return port;
  throw new LocalFailure(
    problem === 'EADDRINUSE'
      ? `Port ${port} is busy: stop what listens there or choose another, for example PORT=${port + 1} npm start`
      : `Port ${port} cannot be used (${problem}): choose another, for example PORT=3000 npm start`,
  );
};

const aborted = new Promise<never>((_, reject) => {
  abortSignal.addEventListener('abort', () => reject(new LocalFailure('Stopped')), { once: true });
});
aborted.catch(() => undefined);

/** The work, unless the start is given up first. */
const orAborted = <T>(work: Promise<T>): Promise<T> => {
  work.catch(() => undefined);
  return Promise.race([work, aborted]);
};

const prepareDatabase = async (environment: NodeJS.ProcessEnv, progress: Progress): Promise<void> => {
  const config = loadConfig(environment);
  const db = openDatabase(config);
  try {
    await step(progress, 'schema', () => orAborted(migrate(db)));
    await step(progress, 'content', () => orAborted(seed(db, config)));
  } finally {
    // A statement that runs on would keep this waiting; the server ends it soon.
    if (!abortSignal.aborted) await db.destroy();
  }
};

/** What `GET /ready` holds against the API, in one line; undefined when nothing. */
const notReady = async (url: string): Promise<string | undefined> => {
  const answer = await fetch(`${url}/ready`, {
    signal: AbortSignal.any([abortSignal, AbortSignal.timeout(10_000)]),
  });
  if (answer.ok) return undefined;
  return `GET /ready answers ${answer.status} ${firstLine(await answer.text())}`;
};

/** Waits until the API is ready. An answer that is late only shows a busy machine, one that refuses has a reason. */
const untilReady = async (url: string, progress: Progress): Promise<void> => {
  let refusedSince: number | undefined;
  let toldAt = performance.now();
  for (;;) {
    refuseWhenAborted();
    let complaint: string | undefined;
    try {
      complaint = await notReady(url);
      if (complaint === undefined) return;
      refusedSince ??= performance.now();
    } catch (error) {
      refusedSince = undefined;
      complaint = firstLine(error);
    }
    const now = performance.now();
    if (refusedSince !== undefined && now - refusedSince > UNREADY_MS) {
      throw new LocalFailure(`The API is not ready after ${UNREADY_MS / 1_000} s: ${complaint}`);
    }
    if (now - toldAt > TELL_EVERY_MS) {
      toldAt = now;
      progress(`  … still waiting for the API to be ready: ${complaint}`);
    }
    await delay(50);
  }
};

const startApi = async (
  port: number,
  environment: Readonly<Record<string, string>>,
  undo: UndoStack,
  progress: Progress,
): Promise<string> => {
  const server = await startDevServer({ port, environment, watch: true, log: progress, signal: abortSignal });
  undo.push(server.stop);
  await untilReady(server.url, progress);
  return server.url;
};

/**
 * Brings up services, schema, content, mail catcher and API, and writes `.local/environment.json`.
 * Everything to be stopped again is pushed on `undo`, also when this throws.
 * @throws LocalFailure in one line
 */
export const startLocalEnvironment = async (
  caller: NodeJS.ProcessEnv,
  undo: UndoStack,
  progress: Progress,
): Promise<EnvironmentFile> => {
  await claimFolder(undo);
  await declareDomains();
  const port = await claimPort(caller);
  const services = await startServices({
    directory: LOCAL_DIRECTORY,
    durability: 'durable',
    environment: caller,
    progress,
  });
  undo.push(services.stop);
  const inbox = caller['SMTP_HOST']
    ? undefined
    : await step(progress, 'mail catcher', () => startInbox(LOCAL_DIRECTORY, progress));
  if (inbox) undo.push(inbox.stop);
  const environment = apiEnvironment(caller, {
    port,
    directory: LOCAL_DIRECTORY,
    services: services.environment,
    smtpPort: inbox?.smtpPort,
  });
  const mediaBasePath = environment['MEDIA_BASE_PATH'] ?? '';
  await mkdir(mediaBasePath, { recursive: true });
  await prepareDatabase(environment, progress);
  const apiUrl = await step(progress, 'API', () => startApi(port, environment, undo, progress));
  const file: EnvironmentFile = {
    apiUrl,
    docsUrl: `${apiUrl}/docs`,
    inboxUrl: inbox?.url ?? '',
    apiKey: environment['API_KEY'] ?? '',
    database: services.database,
    redisUrl: services.redis.url,
    mediaUrlSecret: environment['MEDIA_URL_SECRET'] ?? '',
    mediaBasePath,
    accounts: LOCAL_ACCOUNTS.map(({ role, email, password }) => ({ role, email, password })),
  };
  await writeEnvironmentFile(ENVIRONMENT_FILE, file);
  undo.push(() => rm(ENVIRONMENT_FILE, { force: true }));
  return file;
};
