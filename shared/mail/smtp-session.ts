import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Config } from '../config/config.ts';
import { CLOSED, type SmtpError } from './mail-error.ts';

/** What a connection to the mail server needs to know. */
export type SmtpSettings = Pick<
  Config,
  | 'SMTP_HOST'
  | 'SMTP_PORT'
  | 'SMTP_USERNAME'
  | 'SMTP_PASSWORD'
  | 'SMTP_REQUIRE_TLS'
  | 'SMTP_CONNECT_TIMEOUT_MS'
  | 'SMTP_SEND_TIMEOUT_MS'
>;

/** One connection to the mail server that has said hello, and logged in if it must. */
export interface SmtpSession {
  /** Hands one mail over, once. Aborting cuts the connection. @throws the library's error */
  deliver(mail: OutgoingMail, signal: AbortSignal): Promise<void>;
  /** Whether another mail may follow. */
  isUsable(): boolean;
  /** Keeps the connection for the next mail, for a while; one that has served its time says goodbye. */
  rest(): void;
  close(): void;
}

/** A mail with the addresses that the server is told. */
export interface OutgoingMail {
  readonly from: string;
  readonly to: string;
  readonly message: Buffer;
}

const IMPLICIT_TLS_PORT = 465;
/** Well below the time after which servers close a silent connection, so that none closes under a mail. */
const IDLE_MS = 5_000;
/** Servers limit the mails of one connection, few of them lower than this. */
const MAILS_PER_CONNECTION = 100;
/** "Closing down" (RFC 5321): the server takes nothing further. */
const CLOSING_DOWN = 421;

const newConnection = (settings: SmtpSettings) =>
  new SMTPConnection({
    host: settings.SMTP_HOST,
    port: settings.SMTP_PORT,
    secure: settings.SMTP_PORT === IMPLICIT_TLS_PORT,
    requireTLS: settings.SMTP_REQUIRE_TLS,
    // From connecting to the greeting: the second limit is cut to what is left of the first.
    connectionTimeout: settings.SMTP_CONNECT_TIMEOUT_MS,
    greetingTimeout: settings.SMTP_CONNECT_TIMEOUT_MS,
    socketTimeout: settings.SMTP_SEND_TIMEOUT_MS,
  });

type Done = (error?: Error | null) => void;

/** Settles with the first of: the step's own answer, an error of the connection, its end, the signal. */
const step = (connection: SMTPConnection, signal: AbortSignal, act: (done: Done) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle: Done = (error) => {
      connection.removeListener('error', settle);
      connection.removeListener('end', onEnd);
      signal.removeEventListener('abort', onAbort);
      if (error) reject(error);
      else resolve();
    };
    const onEnd = (): void => settle(Object.assign(new Error(CLOSED), { code: 'ECONNECTION' }));
    const onAbort = (): void => {
      settle(new Error('given up'));
      connection.close();
    };
    connection.on('error', settle);
    connection.once('end', onEnd);
    signal.addEventListener('abort', onAbort, { once: true });
    act(settle);
  });

const connect = async (
  connection: SMTPConnection,
  { SMTP_USERNAME: user, SMTP_PASSWORD: pass }: SmtpSettings,
  signal: AbortSignal,
): Promise<void> => {
  await step(connection, signal, (done) => connection.connect(done));
  if (user === '') return;
  await step(connection, signal, (done) => connection.login({ credentials: { user, pass } }, done));
};

/** Whether the server refused this mail only, and would take another. */
const isRefusal = (error: unknown): boolean => {
  const { code, responseCode }: SmtpError = error instanceof Error ? error : new Error('not an Error');
  return (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== CLOSING_DOWN;
};

/** Connects to the mail server. @throws the library's error */
export const openSession = async (settings: SmtpSettings, signal: AbortSignal): Promise<SmtpSession> => {
  const connection = newConnection(settings);
  let hasEnded = false;
  let mails = 0;
  let idle: NodeJS.Timeout | undefined;
  connection.once('end', () => {
    hasEnded = true;
    clearTimeout(idle);
  });
  // Between two mails a connection may break without anybody caring; an unheard 'error' would end the process.
  connection.on('error', () => undefined);
  const close = (): void => {
    hasEnded = true;
    clearTimeout(idle);
    connection.close();
  };
  const quit = (): void => {
    hasEnded = true;
    connection.quit();
  };
  const deliver = async ({ from, to, message }: OutgoingMail, abort: AbortSignal): Promise<void> => {
    clearTimeout(idle);
    mails += 1;
    try {
      await step(connection, abort, (done) =>
        connection.send({ from, to: [to], size: message.length }, message, done),
      );
    } catch (error) {
      if (!isRefusal(error) || hasEnded) close();
      else await step(connection, abort, (done) => connection.reset(done)).catch(close);
      throw error;
    }
  };
  try {
    await connect(connection, settings, signal);
  } catch (error) {
    close();
    throw error;
  }
  return {
    deliver,
    isUsable: () => !hasEnded && mails < MAILS_PER_CONNECTION,
    rest: () => {
      if (mails >= MAILS_PER_CONNECTION) quit();
      else if (!hasEnded) idle = setTimeout(quit, IDLE_MS).unref();
    },
    close,
  };
};
