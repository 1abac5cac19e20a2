import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { AppError } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { isStoreUsable, mediaStore } from '#shared/storage/media-store.ts';
import type { ObjectStore } from '#shared/storage/object-store.ts';
import { StorageError } from '#shared/storage/storage-error.ts';
import { temporaryKey } from './keys.ts';
import type { ContentType } from './rules/content-types.ts';
import { type MediaType, mediaTypeRules } from './rules/media-types.ts';
import type { ByteSource } from './rules/recognition/byte-source.ts';
import { recognise } from './rules/recognition/recognise.ts';

/** Bytes at rest under a key of their own, which nobody else writes to. */
export interface StagedFile {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

type StorageContext = Pick<Context, 'storage' | 'log'>;

/** Refuses with 503 while the last probe of the store failed. */
export const requireUsableStore = async (context: Pick<Context, 'storage'>): Promise<ObjectStore> => {
  if (!(await isStoreUsable(context))) throw new AppError('unavailable');
  return mediaStore(context);
};

const measuring = () => {
  const digest = createHash('sha256');
  let size = 0;
  return {
    async *through(source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
      for await (const chunk of source) {
        size += chunk.length;
        if (size > maxBytes) throw new AppError('payload_too_large');
        digest.update(chunk);
        yield chunk;
      }
    },
    result: () => ({ size, sha256: digest.digest('hex') }),
  };
};

const discard = async (store: ObjectStore, key: string, { log }: StorageContext): Promise<void> => {
  await store.remove(key).catch((error: unknown) => {
    log.warn({ err: error }, 'temporary data was not removed, the sweeper will');
  });
};

/**
 * Receives a stream into temporary data, does the work on it and discards it, whatever happens.
 * @throws AppError `payload_too_large` as soon as more than `maxBytes` have come
 */
export const withReceived = async <T>(
  context: StorageContext,
  { source, maxBytes }: { readonly source: AsyncIterable<Uint8Array>; readonly maxBytes: number },
  work: (staged: StagedFile) => Promise<T>,
): Promise<T> => {
  const store = await mediaStore(context);
  const key = temporaryKey();
  const { through, result } = measuring();
  await store.put(key, through(source, maxBytes));
  try {
    return await work({ key, ...result() });
  } finally {
    await discard(store, key, context);
  }
};

/** Takes a copy of stored bytes that later writes cannot change, does the work on it and discards it. */
export const withSnapshot = async <T>(
  context: StorageContext,
  from: string,
  work: (staged: StagedFile | undefined) => Promise<T>,
): Promise<T> => {
  const store = await mediaStore(context);
  const key = temporaryKey();
  if (!(await store.copy(from, key))) return work(undefined);
  try {
    const bytes = await store.read(key);
    if (!bytes) throw new StorageError('a copy is gone');
    const { through, result } = measuring();
    for await (const _chunk of through(bytes, Number.MAX_SAFE_INTEGER));
    return await work({ key, ...result() });
  } finally {
    await discard(store, key, context);
  }
};

const sourceOf = (store: ObjectStore, { key, size }: StagedFile): ByteSource => {
  const open = async (range?: { start: number; end: number }) => {
    const bytes = await store.read(key, range);
    if (!bytes) throw new StorageError('temporary data is gone');
    return bytes;
  };
  return {
    size,
    read: async (position, length) => {
      const end = Math.min(position + length, size) - 1;
      return end < position ? Buffer.alloc(0) : buffer(await open({ start: position, end }));
    },
    stream: async function* () {
      yield* await open();
    },
  };
};

/**
 * What a staged file is, by its bytes alone. A scanner for malware would sit here: every way into the store
 * comes through this function, with the complete file at rest and before any row exists.
 * @throws AppError `unsupported_media_type` when the type does not allow it
 */
export const admit = async (
  context: Pick<Context, 'storage'>,
  staged: StagedFile,
  type: MediaType,
): Promise<ContentType> => {
  const content = await recognise(sourceOf(await mediaStore(context), staged));
  if (content?.kind === mediaTypeRules(type).kind) return content;
  throw new AppError('unsupported_media_type', {
    message: 'The content of the file is not of a kind that this type of media allows.',
  });
};
