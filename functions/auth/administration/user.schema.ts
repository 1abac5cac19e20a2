import { z } from 'zod';
import type { LinkContext } from '#functions/media/index.ts';
import { idField, timestamp } from '#shared/http/fields.ts';
import { avatarField, roleSchema, toProfileBody } from '../accounts/account.schema.ts';
import type { Account } from '../accounts/queries/accounts.ts';
import type { StoredSettings } from '../settings/queries/settings.ts';
import { userSettingsSchema } from '../settings/settings.schema.ts';

/** An account as lists of the administration show it. */
export const userSchema = z
  .object({
    id: idField(),
    username: z.string(),
    email: z.string(),
    role: roleSchema,
    avatar: avatarField().optional(),
    active: z.boolean(),
    createdAt: timestamp(),
  })
  .meta({ id: 'User' });

/** {@link userSchema} of an account. */
export const toUserItem = (account: Account, context: LinkContext) => {
  const { pendingEmail: _pendingEmail, ...item } = toProfileBody(account, context);
  return item;
};

/** An account with its settings; `message` stands in for settings that were never created. */
export const userDetailsSchema = userSchema
  .extend({
    pendingEmail: z
      .string()
      .optional()
      .meta({ description: 'A new address that has not been confirmed yet.' }),
    settings: userSettingsSchema.optional(),
    message: z.string().optional().meta({ description: 'Only when the account has no settings.' }),
  })
  .meta({ id: 'UserDetails' });

/** A tutor in a list. */
export const tutorSchema = z.object({ id: idField(), username: z.string() }).meta({ id: 'Tutor' });

/** {@link userDetailsSchema} of an account. */
export const toUserDetails = (
  account: Account,
  settings: StoredSettings | undefined,
  context: LinkContext,
) => ({
  ...toProfileBody(account, context),
  ...(settings ? { settings } : { message: 'Settings was not created' }),
});
