import { createImmediateTask } from '#functions/tasks/index.ts';
import type { Transaction } from '#shared/database/database.ts';
import type { Context } from '#shared/host/context.ts';
import type { MailSlug } from '#shared/mail/mail-templates.ts';
import { createOpaqueToken } from './opaque-token.ts';
import { insertLink, type NewLink } from './queries/one-time-tokens.ts';
import { linkTo } from './rules/link.ts';

/** The mail of each kind of link, where the link leads and how long it lives (auth.md R16-R19). */
const LINKS = {
  verify: {
    slug: 'register_template',
    url: 'VERIFICATION_URL',
    parameter: 'validToken',
    lifetime: 'VERIFICATION_TOKEN_EXPIRY',
  },
  change_email: {
    slug: 'email_verification',
    url: 'VERIFICATION_URL',
    parameter: 'validToken',
    lifetime: 'VERIFICATION_TOKEN_EXPIRY',
  },
  reset: {
    slug: 'forgot_template',
    url: 'PASSWORD_RESET_URL',
    parameter: 'token',
    lifetime: 'RESET_TOKEN_EXPIRY',
  },
} as const satisfies Record<string, { readonly slug: MailSlug; readonly [setting: string]: string }>;

/** Stores a link for a user and mails it to the address that it is bound to, both with the transaction. */
export const mailLink = async (
  transaction: Transaction,
  context: Pick<Context, 'config' | 'queues' | 'log'>,
  { userId, purpose, email }: Pick<NewLink, 'userId' | 'purpose' | 'email'>,
  now: Date,
): Promise<void> => {
  const { config } = context;
  const { slug, url, parameter, lifetime } = LINKS[purpose];
  const { token, hash } = createOpaqueToken();
  const expiresAt = new Date(now.getTime() + config[lifetime]);
  await insertLink(transaction, { userId, purpose, email, hash, expiresAt }, now);
  const variables = [linkTo(config[url], parameter, token)];
  await createImmediateTask(transaction, context, { slug, userId, recipient: email, variables });
};
