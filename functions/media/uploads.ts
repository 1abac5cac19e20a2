import { randomUUID } from 'node:crypto';
import type { Database } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { acting, requireActor } from '#shared/http/acting.ts';
import type { Caller } from '#shared/http/caller.ts';
import type { RequestContext } from '#shared/http/request-state.ts';
import { uploadKey } from './keys.ts';
import { uploadUrl } from './links.ts';
import { commitMedium, type StoredMedium } from './media.ts';
import { findMedium } from './queries/media.ts';
import { claimUpload, endClaim, findUpload, insertUpload, type Upload } from './queries/uploads.ts';
import { isUploadId } from './rules/media-id.ts';
import { type MediaType, mediaTypeRules } from './rules/media-types.ts';
import { admit, requireUsableStore, type StagedFile, withReceived, withSnapshot } from './staging.ts';

/** Any content type is taken; a presigned URL needs one that is known ahead. */
export const SENT_TYPE = 'application/octet-stream';

/** Longer than reading and checking the largest file takes; a completion that died blocks for no longer. */
const LEASE_MS = 120_000;
/** How long after its end an upload is still known. */
const REMEMBERED_MS = 24 * 3_600_000;

/** What a client announces. */
export interface UploadPlan {
  readonly type: MediaType;
  readonly filename: string;
  readonly size: number;
  /** In lower case. */
  readonly sha256: string | undefined;
}

/** Where the bytes go, and until when. */
export interface StartedUpload {
  readonly id: string;
  readonly url: string;
  readonly expiresAt: Date;
}

/**
 * Starts a two-step upload.
 * @throws AppError `forbidden` for a type that the caller may not upload, `payload_too_large`, `unavailable`
 */
export const startUpload = async (context: RequestContext, plan: UploadPlan): Promise<StartedUpload> => {
  const { caller, config, now } = context;
  const { byTutors, maxBytes } = mediaTypeRules(plan.type);
  if (caller.kind !== 'service' && !byTutors) throw new AppError('forbidden');
  if (plan.size > maxBytes) throw new AppError('payload_too_large');
  const store = await requireUsableStore(context);
  const startedAt = now();
  const expiresAt = new Date(Math.ceil((startedAt.getTime() + config.MEDIA_UPLOAD_TTL) / 1_000) * 1_000);
  const id = randomUUID();
  const { type, filename, size, sha256: expectedSha256 } = plan;
  const byService = caller.kind === 'service';
  const ownerId = caller.kind === 'user' ? caller.userId : undefined;
  const upload = { id, type, filename, size, expectedSha256, byService, ownerId, expiresAt };
  await acting(context, (tx) => insertUpload(tx, upload, startedAt));
  const seconds = Math.ceil((expiresAt.getTime() - startedAt.getTime()) / 1_000);
  const presigned = await store.presignPut?.(uploadKey(id), SENT_TYPE, seconds);
  return { id, url: presigned ?? uploadUrl(context, id, expiresAt), expiresAt };
};

const isBusy = ({ status, leaseUntil }: Upload, now: Date): boolean =>
  status === 'completing' && leaseUntil !== undefined && leaseUntil > now;

const requireReceiving = (upload: Upload | undefined, now: Date): Upload => {
  if (!upload || upload.status === 'expired') throw new AppError('not_found');
  if (upload.status === 'completed' || isBusy(upload, now)) throw new AppError('conflict');
  return upload;
};

/**
 * Receives the bytes of an upload through this API and puts them in the place of earlier ones.
 * @throws AppError `not_found`, `conflict`, `unavailable`, `payload_too_large`
 */
export const receiveBytes = async (context: RequestContext, id: string): Promise<void> => {
  const { db, now, request } = context;
  const upload = requireReceiving(isUploadId(id) ? await findUpload(db, id) : undefined, now());
  const store = await requireUsableStore(context);
  if (Number(request.headers['content-length'] ?? 0) > upload.size) throw new AppError('payload_too_large');
  const source = context.bodyStream();
  await withReceived(context, { source, maxBytes: upload.size }, (staged) =>
    // The lock keeps a completion from beginning between the check and the exchange.
    withTransaction(db, async (tx) => {
      requireReceiving(await findUpload(tx, id, true), now());
      await store.copy(staged.key, uploadKey(id));
    }),
  );
};

const isOwn = (upload: Upload, caller: Caller): boolean =>
  upload.byService ? caller.kind === 'service' : caller.kind === 'user' && caller.userId === upload.ownerId;

const findOwn = async ({ db, caller, now }: RequestContext, id: string): Promise<Upload> => {
  const upload = isUploadId(id) ? await findUpload(db, id) : undefined;
  const isKnown = upload && upload.expiresAt.getTime() + REMEMBERED_MS > now().getTime();
  if (!isKnown || !isOwn(upload, caller)) throw new AppError('not_found');
  return upload;
};

/** The medium of a completed upload. @throws AppError `gone` when it was deleted since, or when time has run out */
const finished = async ({ db, now }: RequestContext, upload: Upload): Promise<StoredMedium | undefined> => {
  if (upload.status === 'completed') {
    const medium = upload.mediaId === undefined ? undefined : await findMedium(db, upload.mediaId);
    if (!medium) throw new AppError('gone');
    const { id, type, contentType, size, sha256 } = medium;
    return { id, type, contentType, size, sha256 };
  }
  if (upload.expiresAt <= now()) throw new AppError('gone');
  return undefined;
};

const alreadyCompleting = () => new AppError('conflict', { headers: { 'retry-after': '1' } });

/** Checks 5 to 7 of the table; what they throw makes the received bytes useless. */
const verify = async (context: RequestContext, upload: Upload, staged: StagedFile) => {
  if (staged.size !== upload.size) throw new AppError('size_mismatch');
  if (upload.expectedSha256 !== undefined && staged.sha256 !== upload.expectedSha256) {
    throw new AppError('digest_mismatch');
  }
  return admit(context, staged, upload.type);
};

/**
 * Makes a medium of what an upload has received; a repeated call answers the same medium. The claim is visible
 * to others at once, the medium with the transaction of `db`.
 * @throws AppError as the table of media.md, 2.4
 */
export const completeUpload = async (
  context: RequestContext,
  db: Database,
  id: string,
): Promise<StoredMedium> => {
  const known = await finished(context, await findOwn(context, id));
  if (known) return known;
  const startedAt = context.now();
  const leaseUntil = new Date(startedAt.getTime() + LEASE_MS);
  if (!(await claimUpload(context.db, id, { now: startedAt, leaseUntil }))) {
    const meanwhile = await finished(context, await findOwn(context, id));
    if (meanwhile) return meanwhile;
    throw alreadyCompleting();
  }
  try {
    return await completeClaimed(context, db, id, leaseUntil);
  } catch (error) {
    await endClaim(context.db, id, leaseUntil, undefined).catch(() => undefined);
    throw error;
  }
};

const completeClaimed = async (
  context: RequestContext,
  db: Database,
  id: string,
  leaseUntil: Date,
): Promise<StoredMedium> => {
  const store = await requireUsableStore(context);
  const upload = await findOwn(context, id);
  const found = await store.stat(uploadKey(id));
  if (!found) throw new AppError('upload_incomplete');
  if (found.size !== upload.size) {
    await store.remove(uploadKey(id));
    throw new AppError('size_mismatch');
  }
  const medium = await withSnapshot(context, uploadKey(id), async (staged) => {
    if (!staged) throw new AppError('upload_incomplete');
    const content = await verify(context, upload, staged).catch(async (error: unknown) => {
      if (error instanceof AppError) await store.remove(uploadKey(id));
      throw error;
    });
    const { type, filename, ownerId, byService } = upload;
    const origin = { type, filename, ownerId, isAttached: byService };
    return withTransaction(db, async (tx) => {
      await requireActor(tx, context.caller);
      const made = await commitMedium(tx, context, { staged, content, origin });
      if (!(await endClaim(tx, id, leaseUntil, made.id))) throw alreadyCompleting();
      return made;
    });
  });
  await store.remove(uploadKey(id)).catch((error: unknown) => {
    context.log.warn({ err: error }, 'received bytes were not removed, the sweeper will');
  });
  return medium;
};
