import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalFailure } from './local-failure.ts';
import { REPOSITORY } from './paths.ts';
import { freePort } from './services/ports.ts';
import { startBackground, stopOrphan } from './services/processes.ts';

const MAILDEV = join(REPOSITORY, 'node_modules', 'maildev', 'dist', 'bin', 'maildev.js');
const START_TIMEOUT_MS = 20_000;
const KEPT_MAILS = 1_000;
const PREFERRED_SMTP_PORT = 1025;
const PREFERRED_WEB_PORT = 1080;

/** The developer's mailbox: catches every mail, shows it in a browser, delivers nothing. */
export interface Inbox {
  readonly url: string;
  readonly smtpPort: number;
  readonly stop: () => Promise<void>;
}

const answers = (url: string): Promise<boolean> =>
  fetch(url, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

/** Starts the mail catcher on the loopback interface; mails are kept in `<directory>/mail`, the newest thousand. */
export const startInbox = async (directory: string): Promise<Inbox> => {
  const mails = join(directory, 'mail');
  const pidFile = join(directory, 'mail.pid');
  const logFile = join(directory, 'mail.log');
  await mkdir(mails, { recursive: true });
  await stopOrphan(pidFile, mails);
  const smtpPort = await freePort(PREFERRED_SMTP_PORT);
  const webPort = await freePort(PREFERRED_WEB_PORT);
  const url = `http://127.0.0.1:${webPort}`;
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
    environment: process.env,
    directory: mails,
    logFile,
    pidFile,
  });
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!catcher.ended() && performance.now() < deadline) {
    if (await answers(url)) return { url, smtpPort, stop: catcher.stop };
    await delay(50);
  }
  await catcher.stop();
  throw new LocalFailure(`The mail catcher did not start (log: ${logFile})`);
};
