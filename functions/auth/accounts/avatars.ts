import { Readable } from 'node:stream';
import { attach, remove, store } from '#functions/media/index.ts';
import type { Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { assertThat } from '#shared/errors/app-error.ts';
import type { Context, TransactionContext } from '#shared/host/context.ts';
import type { FileSpec, UploadedFile } from '#shared/http/contract.ts';
import { avatarUrl } from './account.schema.ts';
import { getOwnAccount, lockOwnAccount } from './accounts.ts';
import { type Account, storeAvatarId } from './queries/accounts.ts';

const MAXIMUM_BYTES = 5_242_880;

/** The file part of a body that may carry a picture. */
export const avatarPart: FileSpec = {
  maxBytes: MAXIMUM_BYTES,
  description: 'PNG, JPEG, WebP or GIF by content, up to 5 MiB.',
};

/**
 * Stores a picture before the transaction that makes it somebody's; undefined when there is none.
 * @throws AppError `unsupported_media_type`, `payload_too_large`, `unavailable`
 */
export const storeAvatar = async (
  context: Context,
  file: UploadedFile | undefined,
): Promise<string | undefined> => {
  if (!file) return undefined;
  const { filename, bytes } = file;
  const stream = Readable.from([bytes]);
  const { id } = await store(context, { type: 'avatar', stream, filename, field: 'avatar' });
  return id;
};

/** Makes a stored picture that of an account, in the transaction that creates or changes the account. */
export const claimAvatar = async (
  transaction: Transaction,
  context: TransactionContext,
  userId: number,
  mediaId: string,
): Promise<void> => {
  await attach(transaction, context, mediaId, { type: 'avatar', newOwnerId: userId });
  await storeAvatarId(transaction, userId, mediaId, context.now());
};

/** Replaces the picture of a locked account; the removal of the old file leaves with the transaction. */
export const replaceAvatar = async (
  transaction: Transaction,
  context: TransactionContext,
  { id, avatarMediaId }: Pick<Account, 'id' | 'avatarMediaId'>,
  mediaId: string,
): Promise<void> => {
  await claimAvatar(transaction, context, id, mediaId);
  if (avatarMediaId !== undefined) await remove(transaction, context, avatarMediaId);
};

/**
 * Gives the caller another picture and returns its address.
 * @throws AppError as {@link storeAvatar}; `invalid_token` when the account is gone or disabled
 */
export const setOwnAvatar = async (context: Context, userId: number, file: UploadedFile): Promise<string> => {
  await getOwnAccount(context, userId);
  const mediaId = await storeAvatar(context, file);
  const url = avatarUrl(context, { avatarMediaId: mediaId });
  if (mediaId === undefined || url === undefined) throw new TypeError('a stored picture has an address');
  await withTransaction(context.db, async (transaction) => {
    const account = await lockOwnAccount(transaction, userId);
    await replaceAvatar(transaction, context, account, mediaId);
  });
  return url;
};

/** Takes the caller's picture away. @throws AppError `not_found` when there is none, `invalid_token` */
export const deleteOwnAvatar = (context: Context, userId: number): Promise<void> =>
  withTransaction(context.db, async (transaction) => {
    const { avatarMediaId } = await lockOwnAccount(transaction, userId);
    assertThat(avatarMediaId !== undefined, 'not_found');
    await storeAvatarId(transaction, userId, undefined, context.now());
    await remove(transaction, context, avatarMediaId);
  });
