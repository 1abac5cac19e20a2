import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from '#shared/database/database.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Caller } from '#shared/http/caller/caller.ts';
import type { RequestContext } from '#shared/http/request-state.ts';
import { uploadKey } from '../files/keys.ts';
import { uploadUrl } from '../files/links.ts';
import { createMediaFile, type StoredMediaFile } from '../files/media-files.ts';
import { withPlaced } from '../files/object-placing.ts';
import { findMediaFile } from '../files/queries/media.ts';
import { isUploadId } from '../files/rules/media-id.ts';
import { type MediaType, mediaTypeRules } from '../files/rules/media-types.ts';
import { admit, requireUsableStore, type StagedFile, withReceived, withSnapshot } from '../files/staging.ts';
import {
  claimExchange,
  claimUpload,
  endClaim,
  endExchange,
  findUpload,
  insertUpload,
  type NewUpload,
  type Upload,
} from './queries/uploads.ts';

/** Any content type is taken; a presigned URL needs one that is known ahead. */
export const SENT_TYPE = 'application/octet-stream';

/** Longer than reading and checking the largest file takes; a completion that died blocks for no longer. */
const LEASE_MS = 120_000;
const EXCHANGE_PAUSE_MS = 25;
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

/** An upload that is planned, and where its bytes go. */
export interface PlannedUpload {
  readonly upload: NewUpload;
  readonly url: string;
}

/**
 * Plans a two-step upload: all of its start that does not change the database.
 * @throws AppError `forbidden` for a type that the caller may not upload, `payload_too_large`, `unavailable`
 */
export const prepareUpload = async (context: RequestContext, plan: UploadPlan): Promise<PlannedUpload> => {
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
  const seconds = Math.ceil((expiresAt.getTime() - startedAt.getTime()) / 1_000);
  const presigned = await store.presignPut?.(uploadKey(id), SENT_TYPE, seconds);
  return { upload, url: presigned ?? uploadUrl(context, id, expiresAt) };
};

/** Opens a planned upload. @throws AppError `invalid_token` when the account of its owner is gone */
export const startUpload = (
  tx: Transaction,
  { now }: Pick<RequestContext, 'now'>,
  upload: NewUpload,
): Promise<void> => insertUpload(tx, upload, now());

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
  await withReceived(context, { source, maxBytes: upload.size }, async (staged) => {
    const leaseUntil = await claimForExchange(context, id);
    try {
      await store.copy(staged.key, uploadKey(id));
    } finally {
      await endExchange(db, id, leaseUntil);
    }
  });
};

/** Keeps a completion from beginning between the check and the exchange; waits for another exchange. */
const claimForExchange = async ({ db, now }: RequestContext, id: string): Promise<Date> => {
  for (;;) {
    requireReceiving(await findUpload(db, id), now());
    const at = now();
    const leaseUntil = new Date(at.getTime() + LEASE_MS);
    if (await claimExchange(db, id, { now: at, leaseUntil })) return leaseUntil;
    await sleep(EXCHANGE_PAUSE_MS);
  }
};

const isOwn = (upload: Upload, caller: Caller): boolean =>
  upload.byService ? caller.kind === 'service' : caller.kind === 'user' && caller.userId === upload.ownerId;

const findOwn = async ({ db, caller, now }: RequestContext, id: string): Promise<Upload> => {
  const upload = isUploadId(id) ? await findUpload(db, id) : undefined;
  const isKnown = upload && upload.expiresAt.getTime() + REMEMBERED_MS > now().getTime();
  if (!isKnown || !isOwn(upload, caller)) throw new AppError('not_found');
  return upload;
};

/** The media file of a completed upload. @throws AppError `gone` when it was deleted since, or when time has run out */
const finished = async (
  { db, now }: RequestContext,
  upload: Upload,
): Promise<StoredMediaFile | undefined> => {
  if (upload.status === 'completed') {
    const mediaFile = upload.mediaId === undefined ? undefined : await findMediaFile(db, upload.mediaId);
    if (!mediaFile) throw new AppError('gone');
    const { id, type, contentType, size, sha256 } = mediaFile;
    return { id, type, contentType, size, sha256 };
  }
  if (upload.expiresAt <= now()) throw new AppError('gone');
  return undefined;
};

const alreadyCompleting = () => new AppError('conflict', { data: { retryAfterSeconds: 1 } });

/** Checks 5 to 7 of the table; what they throw makes the received bytes useless. */
const verify = async (context: RequestContext, upload: Upload, staged: StagedFile) => {
  if (staged.size !== upload.size) throw new AppError('size_mismatch');
  if (upload.expectedSha256 !== undefined && staged.sha256 !== upload.expectedSha256) {
    throw new AppError('digest_mismatch');
  }
  return admit(context, staged, upload.type);
};

/**
 * Makes a media file of what an upload has received; a repeated call answers the same media file. The claim is visible
 * to others at once, the media file with the request's transaction.
 * @throws AppError as the table of media.md, 2.4
 */
export const completeUpload = async (context: RequestContext, id: string): Promise<StoredMediaFile> => {
  const known = await finished(context, await findOwn(context, id));
  if (known) return commit(context, async () => known);
  const startedAt = context.now();
  const leaseUntil = new Date(startedAt.getTime() + LEASE_MS);
  if (!(await claimUpload(context.db, id, { now: startedAt, leaseUntil }))) {
    const meanwhile = await finished(context, await findOwn(context, id));
    if (meanwhile) return commit(context, async () => meanwhile);
    throw alreadyCompleting();
  }
  try {
    return await completeClaimed(context, id, leaseUntil);
  } catch (error) {
    await endClaim(context.db, id, leaseUntil, undefined).catch(() => undefined);
    throw error;
  }
};

const commit = async (
  context: RequestContext,
  work: (tx: Transaction) => Promise<StoredMediaFile>,
): Promise<StoredMediaFile> => {
  const answer = await context.commit(async (tx) => ({ status: 201, body: await work(tx) }), {});
  return answer.body;
};

const completeClaimed = async (
  context: RequestContext,
  id: string,
  leaseUntil: Date,
): Promise<StoredMediaFile> => {
  const store = await requireUsableStore(context);
  const upload = await findOwn(context, id);
  const found = await store.stat(uploadKey(id));
  if (!found) throw new AppError('upload_incomplete');
  if (found.size !== upload.size) {
    await store.remove(uploadKey(id));
    throw new AppError('size_mismatch');
  }
  const mediaFile = await withSnapshot(context, uploadKey(id), async (staged) => {
    if (!staged) throw new AppError('upload_incomplete');
    const content = await verify(context, upload, staged).catch(async (error: unknown) => {
      if (error instanceof AppError) await store.remove(uploadKey(id));
      throw error;
    });
    const { type, filename, ownerId, byService } = upload;
    const origin = { type, filename, ownerId, isAttached: byService };
    return withPlaced(context, staged, content, (placed) =>
      commit(context, async (tx) => {
        const made = await createMediaFile(tx, context, placed, origin);
        if (!(await endClaim(tx, id, leaseUntil, made.id))) throw alreadyCompleting();
        return made;
      }),
    );
  });
  await store.remove(uploadKey(id)).catch((error: unknown) => {
    context.log.warn({ err: error }, 'received bytes were not removed, the sweeper will');
  });
  return mediaFile;
};
