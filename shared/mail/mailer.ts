import { refuseWhileHolding } from '../database/holding.ts';
import { machineClock } from '../host/machine-clock.ts';
import type { Mailer, MailSettings } from './smtp-mailer.ts';

export type { Mailer };

/** A mailer whose pool, and the library behind it, is loaded with the first mail: few functions send any. */
export const openMailer = (settings: MailSettings, now = machineClock): Mailer => {
  let opening: Promise<Mailer> | undefined;

  const open = async (): Promise<Mailer> => {
    const { openSmtpMailer } = await import('./smtp-mailer.ts');
    return openSmtpMailer(settings, now);
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
