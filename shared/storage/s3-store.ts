import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Config } from '../config/config.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { proveStore } from './probe.ts';
import { asStorageError, StorageError } from './storage-error.ts';

type S3Settings = Pick<
  Config,
  | 'MEDIA_S3_BUCKET'
  | 'MEDIA_S3_REGION'
  | 'MEDIA_S3_PREFIX'
  | 'MEDIA_S3_ENDPOINT'
  | 'MEDIA_S3_PUBLIC_ENDPOINT'
  | 'MEDIA_S3_PATH_STYLE'
  | 'MEDIA_S3_ACCESS_KEY_ID'
  | 'MEDIA_S3_SECRET_ACCESS_KEY'
>;

/** S3 takes parts from 5 MiB up and at most 10,000 of them; one in flight keeps memory at two parts. */
const PART_BYTES = 5 * 1_048_576;
const CONNECT_MS = 3_000;
const REQUEST_MS = 20_000;

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;

const orMissing = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
};

/** The part itself, from servers that send more than the part that they were asked for. */
async function* partOf(bytes: Readable, skip: number, length: number): AsyncGenerator<Buffer> {
  let position = 0;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    const start = Math.max(0, skip - position);
    const end = Math.min(chunk.length, skip + length - position);
    if (end > start) yield chunk.subarray(start, end);
    position += chunk.length;
    if (position >= skip + length) return;
  }
}

const clientOf = (settings: S3Settings, endpoint: string | undefined): S3Client =>
  new S3Client({
    region: settings.MEDIA_S3_REGION,
    forcePathStyle: settings.MEDIA_S3_PATH_STYLE,
    // Servers other than Amazon's store the framing of the default checksums inside the object.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(settings.MEDIA_S3_ACCESS_KEY_ID && settings.MEDIA_S3_SECRET_ACCESS_KEY
      ? {
          credentials: {
            accessKeyId: settings.MEDIA_S3_ACCESS_KEY_ID,
            secretAccessKey: settings.MEDIA_S3_SECRET_ACCESS_KEY,
          },
        }
      : {}),
  });

/** Objects in a bucket of any S3-compatible store; writes of any size go as multipart uploads. */
export const createS3Store = (settings: S3Settings): ObjectStore => {
  const Bucket = settings.MEDIA_S3_BUCKET ?? '';
  const prefix =
    settings.MEDIA_S3_PREFIX === '' ? '' : `${settings.MEDIA_S3_PREFIX.replace(/^\/+|\/+$/g, '')}/`;
  const client = clientOf(settings, settings.MEDIA_S3_ENDPOINT);
  const signer = settings.MEDIA_S3_PUBLIC_ENDPOINT
    ? clientOf(settings, settings.MEDIA_S3_PUBLIC_ENDPOINT)
    : client;
  const named = (key: string) => ({ Bucket, Key: `${prefix}${key}` });

  const put: ObjectStore['put'] = async (key, source) => {
    let issue: { error: unknown } | undefined;
    // What the source throws must stay apart from what the store throws.
    async function* watched() {
      try {
        yield* source;
      } catch (error) {
        issue = { error };
        throw error;
      }
    }
    const upload = new Upload({
      client,
      params: { ...named(key), Body: Readable.from(watched(), { objectMode: false }) },
      partSize: PART_BYTES,
      queueSize: 1,
    });
    await asStorageError(() => upload.done()).catch((error: unknown) => {
      throw issue ? issue.error : error;
    });
  };

  const stat: ObjectStore['stat'] = (key) =>
    asStorageError(async () => {
      const found = await orMissing(client.send(new HeadObjectCommand(named(key))));
      return found && { key, size: found.ContentLength ?? 0, modifiedAt: found.LastModified ?? new Date(0) };
    });

  const read: ObjectStore['read'] = (key, range) =>
    asStorageError(async () => {
      const Range = range && `bytes=${range.start}-${range.end}`;
      const found = await orMissing(
        client.send(new GetObjectCommand({ ...named(key), ...(Range ? { Range } : {}) })),
      );
      if (!found) return undefined;
      if (!(found.Body instanceof Readable)) throw new StorageError('the store answered without a body');
      const wanted = range && range.end - range.start + 1;
      if (wanted === undefined || found.ContentLength === wanted) return found.Body;
      return Readable.from(partOf(found.Body, found.ContentRange ? 0 : (range?.start ?? 0), wanted), {
        objectMode: false,
      });
    });

  const remove: ObjectStore['remove'] = (key) =>
    asStorageError(async () => {
      await orMissing(client.send(new DeleteObjectCommand(named(key))));
    });

  async function* list(folder: string): AsyncGenerator<StoredObject> {
    let ContinuationToken: string | undefined;
    do {
      const page = await asStorageError(() =>
        client.send(
          new ListObjectsV2Command({
            Bucket,
            Prefix: `${prefix}${folder}`,
            ...(ContinuationToken ? { ContinuationToken } : {}),
          }),
        ),
      );
      for (const { Key, Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
        if (Key?.startsWith(prefix)) {
          yield { key: Key.slice(prefix.length), size: Size, modifiedAt: LastModified };
        }
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
  }

  return {
    put,
    stat,
    read,
    remove,
    list,
    copy: (from, to) =>
      asStorageError(async () => {
        const CopySource = `${Bucket}/${prefix}${from}`;
        const copied = await orMissing(client.send(new CopyObjectCommand({ ...named(to), CopySource })));
        return copied !== undefined;
      }),
    removeAbandoned: (before) =>
      asStorageError(async () => {
        // Small stores know no list of unfinished uploads; they have a lifecycle rule or nothing to clean.
        const page = await client
          .send(new ListMultipartUploadsCommand({ Bucket, Prefix: `${prefix}tmp/` }))
          .catch(() => undefined);
        for (const { Key, UploadId, Initiated } of page?.Uploads ?? []) {
          if (!Key || !UploadId || !Initiated || Initiated >= before) continue;
          await orMissing(client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })));
        }
      }),
    probe: () => proveStore({ put, read, remove }),
    presignPut: (key, ContentType, seconds) =>
      getSignedUrl(signer, new PutObjectCommand({ ...named(key), ContentType }), {
        expiresIn: seconds,
        signableHeaders: new Set(['host', 'content-type']),
      }),
    presignGet: (key, { contentType, disposition, seconds }) =>
      getSignedUrl(
        signer,
        new GetObjectCommand({
          ...named(key),
          ResponseContentType: contentType,
          ResponseContentDisposition: disposition,
        }),
        { expiresIn: seconds },
      ),
    close: () => {
      client.destroy();
      if (signer !== client) signer.destroy();
    },
  };
};
