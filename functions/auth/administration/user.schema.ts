import { z } from 'zod';
import type { LinkContext } from '#functions/media/index.ts';
import { idField, timestamp } from '#shared/http/fields.ts';
import { avatarField, roleField, toProfileBody } from '../accounts/account.schema.ts';
import type { Account } from '../accounts/queries/accounts.ts';
import type { StoredSettings } from '../settings/queries/settings.ts';
import { settingsBody } from '../settings/settings.schema.ts';

/** An account as lists of the administration show it. */
export const userItem = () =>
  z.object({
    id: idField(),
    username: z.string(),
    email: z.string(),
    role: roleField(),
    avatar: avatarField().optional(),
    active: z.boolean(),
    createdAt: timestamp(),
  });

/** {@link userItem} of an account. */
export const toUserItem = (account: Account, context: LinkContext) => {
  const { pendingEmail: _pendingEmail, ...item } = toProfileBody(account, context);
  return item;
};

/** An account with its settings; `message` stands in for settings that were never created. */
export const userDetails = () =>
  userItem().extend({
    pendingEmail: z.string().optional(),
    settings: settingsBody().extend({ id: idField(), userId: idField() }).optional(),
    message: z.string().optional(),
  });

/** {@link userDetails} of an account. */
export const toUserDetails = (
  account: Account,
  settings: StoredSettings | undefined,
  context: LinkContext,
) => ({
  ...toProfileBody(account, context),
  ...(settings ? { settings } : { message: 'Settings was not created' }),
});
