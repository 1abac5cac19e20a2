import { declareMails } from '#shared/mail/mail-templates.ts';

/** The mails of auth.md. A changed text is a further version at the end; what was shipped stays as it is. */
const mails = declareMails({
  register_template: [
    {
      sensitive: true,
      subject: 'Confirm your e-mail address',
      body: '<p>Welcome to JapaneseStudent!</p><p>Please confirm your e-mail address: <a href="{{1}}">{{1}}</a></p><p>If you did not sign up, ignore this message.</p>',
    },
  ],
  email_verification: [
    {
      sensitive: true,
      subject: 'Confirm your new e-mail address',
      body: '<p>Please confirm the new e-mail address of your JapaneseStudent account: <a href="{{1}}">{{1}}</a></p><p>Until then the old address stays in use.</p>',
    },
  ],
  forgot_template: [
    {
      sensitive: true,
      subject: 'Reset your password',
      body: '<p>Choose a new password for your JapaneseStudent account: <a href="{{1}}">{{1}}</a></p><p>If you did not ask for this, ignore this message: nothing has changed.</p>',
    },
  ],
  notify_alphabet: [
    {
      sensitive: false,
      subject: 'Time to practise your kana',
      body: "<p>Your kana are waiting for today's practice.</p>",
    },
  ],
  email_changed_notice: [
    {
      sensitive: false,
      subject: 'A change of your e-mail address',
      body: '<p>The e-mail address of your JapaneseStudent account is being changed to {{1}}.</p><p>If this was not you, reset your password and contact us.</p>',
    },
  ],
});

type Mails = typeof mails;

declare module '#shared/mail/mail-templates.ts' {
  interface DomainMails extends Mails {}
}
