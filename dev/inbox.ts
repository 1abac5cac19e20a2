import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { firstLine, LocalFailure } from './local-failure.ts';
import { REPOSITORY } from './paths.ts';
import type { Progress } from './progress.ts';
import { keepRunning } from './services/keep-running.ts';
import { untilAnswers } from './services/patience.ts';
import { freePort } from './services/ports.ts';
import { type BackgroundProcess, startBackground, stopOrphan } from './services/processes.ts';
import { toolEnvironment } from './tool-environment.ts';

const MAILDEV = join(REPOSITORY, 'node_modules', 'maildev', 'dist', 'bin', 'maildev.js');
const KEPT_MAILS = 1_000;
const PREFERRED_SMTP_PORT = 1025;
const PREFERRED_WEB_PORT = 1080;

/** The developer's mailbox: catches every mail, shows it in a browser, delivers nothing. */
export interface Inbox {
  readonly url: string;
  readonly smtpPort: number;
  readonly stop: () => Promise<void>;
}

const ask = async (url: string): Promise<void> => {
  const { ok, status } = await fetch(url, {
    headers: { accept: 'text/html' },
    signal: AbortSignal.timeout(5_000),
  });
  if (!ok) throw new Error(`it answers ${status}`);
};

const startCatcher = async (
  directory: string,
  { smtpPort, webPort }: { readonly smtpPort: number; readonly webPort: number },
): Promise<BackgroundProcess> => {
  const mails = join(directory, 'mail');
  const pidFile = join(directory, 'mail.pid');
  const logFile = join(directory, 'mail.log');
  const options = {
    smtp: smtpPort,
    ip: '127.0.0.1',
    web: webPort,
    'web-ip': '127.0.0.1',
    'mail-directory': mails,
    'max-emails': KEPT_MAILS,
  };
  const catcher = await startBackground({
    command: process.execPath,
    args: [MAILDEV, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])],
    environment: { ...process.env, ...toolEnvironment(process.env) },
    directory: mails,
    logFile,
    pidFile,
  });
  try {
    await untilAnswers({
      ...catcher,
      logFile,
      ask: () => ask(`http://127.0.0.1:${webPort}`),
      isRefusal: () => false,
      pauseMs: 50,
    });
    return catcher;
  } catch (error) {
    await catcher.stop();
    throw new LocalFailure(`The mail catcher did not start: ${firstLine(error)} (log: ${logFile})`);
  }
};

/**
 * Starts the mail catcher on the loopback interface, and again when it ends by itself; mails are kept in
 * `<directory>/mail`, the newest thousand.
 */
export const startInbox = async (directory: string, progress: Progress): Promise<Inbox> => {
  const mails = join(directory, 'mail');
  await mkdir(mails, { recursive: true });
  await stopOrphan(join(directory, 'mail.pid'), mails);
  const ports = {
    smtpPort: await freePort(PREFERRED_SMTP_PORT),
    webPort: await freePort(PREFERRED_WEB_PORT),
  };
  const start = (): Promise<BackgroundProcess> => startCatcher(directory, ports);
  const { stop } = keepRunning('The mail catcher', await start(), start, progress);
  return { url: `http://127.0.0.1:${ports.webPort}`, smtpPort: ports.smtpPort, stop };
};
