import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '#shared/config/config.ts';
import { LOCAL_ACCOUNTS } from '#shared/config/local-accounts.ts';
import { openDatabase } from '#shared/database/database.ts';
import { migrate } from '#shared/database/migrate.ts';
import { seed } from '#shared/database/seed.ts';
import { apiEnvironment, wantedPort } from './api-environment.ts';
import { startDevServer } from './dev-server.ts';
import { type EnvironmentFile, writeEnvironmentFile } from './environment-file.ts';
import { startInbox } from './inbox.ts';
import { LocalFailure } from './local-failure.ts';
import { takeLock } from './lock.ts';
import { ENVIRONMENT_FILE, LOCAL_DIRECTORY, START_LOCK } from './paths.ts';
import { type Progress, step } from './progress.ts';
import { freePort, portProblem } from './services/ports.ts';
import { abortSignal } from './services/processes.ts';
import { startServices } from './services/services.ts';
import type { UndoStack } from './undo-stack.ts';

const READY_TIMEOUT_MS = 60_000;
const ABANDONED_START_MS = 15_000;

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

const prepareDatabase = async (environment: NodeJS.ProcessEnv, progress: Progress): Promise<void> => {
  const config = loadConfig(environment);
  const db = openDatabase(config);
  try {
    await step(progress, 'schema', () => migrate(db));
    await step(progress, 'content', () => seed(db, config));
  } finally {
    await db.destroy();
  }
};

const untilReady = async (url: string, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const answer = await fetch(`${url}/ready`, { signal }).catch(() => undefined);
    if (answer?.ok) return;
    await delay(50);
  }
};

// The deadline holds for a server that never comes up as well as for one that never becomes ready.
const startApi = async (
  port: number,
  environment: Readonly<Record<string, string>>,
  undo: UndoStack,
  progress: Progress,
): Promise<string> => {
  const signal = AbortSignal.any([AbortSignal.timeout(READY_TIMEOUT_MS), abortSignal]);
  const starting = startDevServer({ port, environment, watch: true, log: progress });
  undo.push(async () => {
    // A start that was given up has to end before its worker can be stopped; a failed one has nothing to stop.
    const api = await Promise.race([starting.catch(() => undefined), delay(ABANDONED_START_MS, undefined)]);
    await api?.stop();
  });
  const ready = async (): Promise<string> => {
    const { url } = await starting;
    await untilReady(url, signal);
    return url;
  };
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () =>
      reject(
        new LocalFailure(`The API is not ready after ${READY_TIMEOUT_MS / 1_000} s: see its log lines above`),
      ),
    );
  });
  return Promise.race([ready(), late]);
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
    : await step(progress, 'mail catcher', () => startInbox(LOCAL_DIRECTORY));
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
