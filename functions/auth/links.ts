import { createImmediateTask } from '#functions/tasks/index.ts';
import type { Database } from '#shared/database/database.ts';
import type { Context } from '#shared/runtime/context.ts';
import { createOpaqueToken } from './opaque-token.ts';
import { insertLink } from './queries/one-time-tokens.ts';
import { linkTo } from './rules/link.ts';

/** Stores a link that confirms the address of a registration and mails it, both with the transaction. */
export const mailRegistrationLink = async (
  transaction: Database,
  context: Context,
  user: { readonly id: number; readonly email: string },
  now: Date,
): Promise<void> => {
  const { VERIFICATION_URL, VERIFICATION_TOKEN_EXPIRY } = context.config;
  const { token, hash } = createOpaqueToken();
  const expiresAt = new Date(now.getTime() + VERIFICATION_TOKEN_EXPIRY);
  const link = { userId: user.id, purpose: 'verify' as const, email: user.email, hash, expiresAt };
  await insertLink(transaction, link, now);
  await createImmediateTask(transaction, context, {
    slug: 'register_template',
    userId: user.id,
    recipient: user.email,
    variables: [linkTo(VERIFICATION_URL, 'validToken', token)],
  });
};
