import { refuseWhileHolding } from '../database/holding.ts';
import type { Mail } from './message.ts';
import type { MailSettings } from './smtp-mailer.ts';

/** Delivers mails over a pool of SMTP connections. */
export interface Mailer {
  /**
   * Resolves when the server has accepted the mail. Aborting the signal ends the delivery where it stands.
   * @throws MailError
   */
  send(mail: Mail, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** A mailer whose pool, and the library behind it, is loaded with the first mail: few functions send any. */
export const openMailer = (settings: MailSettings): Mailer => {
  let opening: Promise<Mailer> | undefined;

  const open = async (): Promise<Mailer> => {
    const { openSmtpMailer } = await import('./smtp-mailer.ts');
    return openSmtpMailer(settings);
  };

  return {
    send: async (mail, signal) => {
      refuseWhileHolding('the mail server');
      opening ??= open();
      await (await opening).send(mail, signal);
    },
    close: () => {
      void opening?.then((pool) => pool.close());
    },
  };
};
