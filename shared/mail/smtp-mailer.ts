import type { Config } from '../config/config.ts';
import { CLOSED, classifyMailError, MailError, TOO_LATE } from './mail-error.ts';
import { composeMessage, type Mail, parseSender } from './message.ts';
import { createSlots } from './slots.ts';
import { openSession, type SmtpSession, type SmtpSettings } from './smtp-session.ts';

/** Delivers mails over a pool of SMTP connections. */
export interface Mailer {
  /**
   * Resolves when the server has accepted the mail. Aborting the signal ends the delivery where it stands.
   * @throws MailError
   */
  send(mail: Mail, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** What a pool of SMTP connections needs. */
export type MailSettings = SmtpSettings & Pick<Config, 'SMTP_FROM' | 'SMTP_POOL_SIZE'>;

/** Opens the pool; connections are made when mails are sent, so this never fails. */
export const openSmtpMailer = (settings: MailSettings, now: () => Date): Mailer => {
  const from = parseSender(settings.SMTP_FROM);
  const resting: SmtpSession[] = [];
  const all = new Set<SmtpSession>();
  const inSlot = createSlots(settings.SMTP_POOL_SIZE);
  const longestMs = settings.SMTP_CONNECT_TIMEOUT_MS + settings.SMTP_SEND_TIMEOUT_MS;

  const faultOf = (error: unknown, startedAt: number): MailError => {
    const issue = classifyMailError(error);
    // Of a silent connection that was used before, the library says no more than that it was closed.
    const wasSilent = performance.now() - startedAt >= settings.SMTP_SEND_TIMEOUT_MS;
    const isClosed = issue.code === 'smtp_error' && issue.message === CLOSED;
    return isClosed && wasSilent ? new MailError('smtp_timeout', TOO_LATE) : issue;
  };

  const takeSession = async (signal: AbortSignal): Promise<SmtpSession> => {
    for (let session = resting.pop(); session; session = resting.pop()) {
      if (session.isUsable()) return session;
      all.delete(session);
    }
    const session = await openSession(settings, signal);
    all.add(session);
    return session;
  };

  const giveBack = (session: SmtpSession): void => {
    session.rest();
    if (session.isUsable()) resting.push(session);
    else all.delete(session);
  };

  /** A mail is tried once: sending it again is the ladder's decision, never the pool's. */
  const sendOnce = async (mail: Mail, signal: AbortSignal): Promise<void> => {
    const message = composeMessage(mail, from, now());
    const session = await takeSession(signal);
    try {
      await session.deliver({ from: from.address, to: mail.to, message }, signal);
    } finally {
      giveBack(session);
    }
  };

  const deliver = async (mail: Mail, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) throw new MailError('aborted', 'not sent');
    const startedAt = performance.now();
    const end = new AbortController();
    const stop = (): void => end.abort();
    // Limits of silence don't notice a server that answers a byte at a time.
    const timer = setTimeout(stop, longestMs);
    signal.addEventListener('abort', stop, { once: true });
    try {
      await sendOnce(mail, end.signal);
    } catch (error) {
      if (signal.aborted) throw new MailError('aborted', 'given up while sending');
      if (end.signal.aborted) throw new MailError('smtp_timeout', TOO_LATE);
      throw faultOf(error, startedAt);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  };

  return {
    // A mail waits here for its slot, where the waiting does not count as time of sending.
    send: (mail, signal) => inSlot(() => deliver(mail, signal)),
    close: () => {
      for (const session of all) session.close();
      all.clear();
    },
  };
};
