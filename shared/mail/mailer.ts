import { createTransport } from 'nodemailer';
import type { Config } from '../config/config.ts';
import { CLOSED, classifyMailFault, MailError, TOO_LATE } from './mail-error.ts';
import { createSlots } from './slots.ts';

/** One mail to one recipient, sent as `multipart/alternative` in UTF-8. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** In angle brackets. */
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Delivers mails over a pool of SMTP connections. */
export interface Mailer {
  /**
   * Resolves when the server has accepted the mail. Aborting the signal ends the delivery where it stands.
   * @throws MailError
   */
  send(mail: Mail, signal: AbortSignal): Promise<void>;
  close(): void;
}

type MailSettings = Pick<
  Config,
  | 'SMTP_HOST'
  | 'SMTP_PORT'
  | 'SMTP_FROM'
  | 'SMTP_USERNAME'
  | 'SMTP_PASSWORD'
  | 'SMTP_REQUIRE_TLS'
  | 'SMTP_CONNECT_TIMEOUT_MS'
  | 'SMTP_SEND_TIMEOUT_MS'
  | 'SMTP_POOL_SIZE'
>;

const IMPLICIT_TLS_PORT = 465;
/** Well below the time after which servers close a silent connection, so that none closes under a mail. */
const IDLE_MS = 5_000;
/** Servers limit the mails of one connection, few of them lower than this. */
const MAILS_PER_CONNECTION = 100;

const openTransport = (settings: MailSettings) =>
  createTransport({
    pool: true,
    maxConnections: settings.SMTP_POOL_SIZE,
    maxMessages: MAILS_PER_CONNECTION,
    idleTimeout: IDLE_MS,
    // The library would silently send a mail again whose connection closed; that is our ladder's decision.
    maxRequeues: 0,
    host: settings.SMTP_HOST,
    port: settings.SMTP_PORT,
    secure: settings.SMTP_PORT === IMPLICIT_TLS_PORT,
    requireTLS: settings.SMTP_REQUIRE_TLS,
    // From connecting to the greeting: the second limit is cut to what is left of the first.
    connectionTimeout: settings.SMTP_CONNECT_TIMEOUT_MS,
    greetingTimeout: settings.SMTP_CONNECT_TIMEOUT_MS,
    socketTimeout: settings.SMTP_SEND_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(settings.SMTP_USERNAME === ''
      ? {}
      : { auth: { user: settings.SMTP_USERNAME, pass: settings.SMTP_PASSWORD } }),
  });

/** Keeps the caller's spelling of a header name, where the library has one of its own. */
const spelledAs = (headers: Mail['headers']) => {
  const spelling = new Map(Object.keys(headers).map((name) => [name.toLowerCase(), name]));
  return (name: string): string => spelling.get(name.toLowerCase()) ?? name;
};

/** Opens the pool; connections are made when mails are sent, so this never fails. */
export const openMailer = (settings: MailSettings): Mailer => {
  const transport = openTransport(settings);
  // A mail waits here and not in the library's pool, where the waiting would count as time of sending.
  const inSlot = createSlots(settings.SMTP_POOL_SIZE);
  const longestMs = settings.SMTP_CONNECT_TIMEOUT_MS + settings.SMTP_SEND_TIMEOUT_MS;

  const faultOf = (error: unknown, startedAt: number): MailError => {
    const fault = classifyMailFault(error);
    // Of a silent connection that was used before, the library says no more than that it was closed.
    const wasSilent = performance.now() - startedAt >= settings.SMTP_SEND_TIMEOUT_MS;
    const isClosed = fault.code === 'smtp_error' && fault.message === CLOSED;
    return isClosed && wasSilent ? new MailError('smtp_timeout', TOO_LATE) : fault;
  };

  const deliver = async ({ to, ...mail }: Mail, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) throw new MailError('aborted', 'not sent');
    const startedAt = performance.now();
    const deadline = new AbortController();
    // Limits of silence don't notice a server that answers a byte at a time.
    const timer = setTimeout(() => deadline.abort(), longestMs);
    try {
      await transport.sendMail({
        ...mail,
        from: settings.SMTP_FROM,
        to: { name: '', address: to },
        normalizeHeaderKey: spelledAs(mail.headers),
        signal: AbortSignal.any([signal, deadline.signal]),
      });
    } catch (error) {
      if (signal.aborted) throw new MailError('aborted', 'given up while sending');
      if (deadline.signal.aborted) throw new MailError('smtp_timeout', TOO_LATE);
      throw faultOf(error, startedAt);
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    send: (mail, signal) => inSlot(() => deliver(mail, signal)),
    close: () => transport.close(),
  };
};
